"""Which accelerator `auto` takes, and why; the fake prober decides, and one real probe of what this host has."""

from pathlib import Path

import pytest

from unikernel import doctor
from unikernel.build import guest as guests
from unikernel.machine import accelerator, probe
from unikernel.machine.accelerator import Accelerator
from unikernel.machine.probe import Timing
from unikernel.targets import TARGETS

KVM, TCG = Accelerator.KVM, Accelerator.TCG


@pytest.mark.parametrize(
    ("tcg", "kvm", "taken", "reason"),
    [
        (Timing(0.09), Timing(0.04), KVM, "KVM, as its probe took 40.0 ms, TCG's 90.0 ms."),
        (Timing(0.09), Timing(0.9), TCG, "TCG, as its probe took 90.0 ms, KVM's 900 ms."),
        (Timing(0.09), Timing(0.09), TCG, "TCG, as its probe took 90.0 ms, KVM's 90.0 ms."),
        (Timing(0.09), Timing(None, "it hung"), TCG, "TCG, as KVM failed its probe: it hung."),
        (Timing(None, "it hung"), Timing(0.04), KVM, "KVM, as TCG failed its probe: it hung."),
        (Timing(None, "a"), Timing(None, "b"), TCG, "TCG, as KVM failed its probe: b."),
    ],
)
def test_the_faster_that_comes_to_the_end_is_taken(tcg: Timing, kvm: Timing, taken: Accelerator, reason: str) -> None:
    assert probe.decide(tcg, kvm) == probe.Choice(taken, reason)


class Prober:
    """Stands in for the real one, and counts."""

    def __init__(self) -> None:
        self.timings = {TCG: Timing(0.1), KVM: Timing(0.05)}
        self.asked: list[Accelerator] = []

    def __call__(self, each: Accelerator, image: Path) -> Timing:
        self.asked.append(each)
        return self.timings[each]


@pytest.fixture
def prober(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Prober:
    """A host with a KVM that answers, and an empty cache."""
    fake = Prober()
    monkeypatch.setattr(probe, "kvm_lack", lambda _device: "")
    monkeypatch.setattr(probe, "time_of", fake)
    monkeypatch.setattr(guests, "guest", lambda _name, _target: tmp_path / "probe.elf")
    return fake


def test_the_answer_is_kept(prober: Prober) -> None:
    assert probe.choose("auto") is KVM
    prober.timings[KVM] = Timing(9)
    assert probe.choose("auto") is KVM
    assert prober.asked == [TCG, KVM]


@pytest.mark.parametrize("changed", ["qemu", "kernel", "processor", "boot"])
def test_another_host_is_probed_anew(prober: Prober, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    host = probe.this_host()
    assert all(host.values())
    probe.choice()
    monkeypatch.setattr(probe, "this_host", lambda: host | {changed: "another"})
    prober.timings[KVM] = Timing(None, "it hung")
    assert probe.choice().accelerator is TCG
    assert len(prober.asked) == 4


@pytest.mark.parametrize("noise", ["", "{", "[]", '{"host": 1}', '{"host": null, "timings": {}}'])
def test_a_damaged_answer_is_measured_again(prober: Prober, tmp_path: Path, noise: str) -> None:
    probe.choice()
    (tmp_path / "probe.json").write_text(noise)
    assert probe.choice().accelerator is KVM
    assert len(prober.asked) == 4


def test_a_host_without_kvm_needs_no_probe(prober: Prober, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "kvm_lack", lambda _device: "this host has no /dev/kvm")
    assert probe.choice() == probe.Choice(TCG, "TCG, as this host has no /dev/kvm.")
    assert prober.asked == []


def test_the_doctor_says_why(prober: Prober, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerator, "kvm_lack", lambda _device: "")
    found = doctor._kvm()
    assert found.good
    assert found.found == "boot --accel auto takes KVM, as its probe took 50.0 ms, TCG's 100 ms"


def test_tcg_comes_to_the_end_of_a_real_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "LIMIT_S", 60)
    timing = probe.time_of(TCG, guests.guest("probe", TARGETS[probe.TARGET]))
    assert timing.trouble == ""
    assert timing.seconds


def test_a_guest_that_never_ends_is_stopped_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "LIMIT_S", 0.3)
    assert probe.time_of(TCG, guests.guest("floor", TARGETS[probe.TARGET])).trouble == "it took longer than 300 ms"


def test_qemus_own_complaint_is_the_trouble(tmp_path: Path) -> None:
    trouble = probe.time_of(TCG, tmp_path / "none.elf").trouble
    assert "none.elf" in trouble
    assert not trouble.startswith("qemu-system")


def test_whatever_this_host_has_a_choice_is_made() -> None:
    chosen = probe.choice()
    assert chosen.accelerator in Accelerator
    assert chosen.reason.startswith(f"{chosen.accelerator.name}, as ")
