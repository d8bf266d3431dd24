"""What a project begins with beside its template's files: what can be nobody else's, or is made by a tool."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from unikernel.errors import Refusal

CERTIFICATE, KEY = "certificate.pem", "key.pem"
_WHO: Final = {"NAME": "unikernel", "EMAIL": "gallery@unikernel.invalid", "DATE": "2026-01-01T00:00:00+0000"}
_DAYS: Final = 3650


def repository(folder: Path) -> None:
    """Makes `folder` a git repository of one commit, its id the same wherever it is made; raises `Refusal` where git
    cannot.
    """
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _WHO.items()}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment = {**kept, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Begin.")):
        _run(folder, "as a git repository", ["git", *words], environment)


def certificate(folder: Path, names: tuple[str, ...]) -> None:
    """Puts a key of its own into `folder`, and a certificate that it has signed itself, for the hosts and addresses of
    `names`; raises `Refusal` where openssl cannot. Source: RFC 5280.
    """
    kinds = ((("IP" if name.replace(".", "").isdigit() else "DNS"), name) for name in names)
    words = (
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(_DAYS)),
        *("-keyout", KEY, "-out", CERTIFICATE, "-subj", f"/CN={names[0]}"),
        *("-addext", f"subjectAltName={','.join(':'.join(kind) for kind in kinds)}"),
    )
    _run(folder, "with a certificate of its own", ["openssl", *words], dict(os.environ))


def _run(folder: Path, begins: str, command: list[str], environment: dict[str, str]) -> None:
    tool = command[0]
    try:
        subprocess.run(command, cwd=folder, env={**environment, "LC_ALL": "C"}, check=True, capture_output=True)
    except FileNotFoundError as error:
        raise Refusal(f"{folder}: it begins {begins}, and there is no {tool} here; install it.") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise Refusal(f"{folder}: it cannot begin {begins}: {tool} says {said[-1] if said else command[1]}.") from error
