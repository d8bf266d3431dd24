"""From components to archives: parallel, incremental, by content.

Three nets, each finer than the one before. A *stamp* a component says, from inodes alone, that its archive is up to
date. An *object* is found again by the hash of the toolchain, the flags, the source and every header that it read, so
that going back to an earlier state, or a second project, compiles nothing. Only what neither knows is compiled.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from unikernel.build import cache, stamps
from unikernel.build.ar import archive
from unikernel.build.components import Component, Generated
from unikernel.build.jobs import Jobs, Stopped
from unikernel.build.objects import Objects, Recipe, Work
from unikernel.build.step import Progress, Step
from unikernel.build.toolchain import Toolchain
from unikernel.errors import BuildError
from unikernel.targets import Target

FORMAT = 2
"""Counted up when what is kept under a key changes its meaning."""


class Compiler:
    """Brings archives up to date for one target.

    Work runs in threads; `progress` is called from the thread that called `archives`, and an exception it raises
    stops the build.
    """

    def __init__(self, toolchain: Toolchain, target: Target, progress: Progress) -> None:
        """`progress` hears of every file that is compiled, and of nothing that was up to date."""
        self._toolchain = toolchain
        self._target = target
        self._progress = progress
        self._steps: SimpleQueue[Step | None] = SimpleQueue()
        self._jobs = Jobs(toolchain.environment())
        self._objects = Objects(toolchain, target, self._jobs)
        self._lock = threading.Lock()
        self._folders: dict[str, Future[Path]] = {}
        self._counted = self._total = 0
        self._workers: ThreadPoolExecutor | None = None

    def archives(self, components: tuple[Component, ...]) -> dict[str, Path]:
        """The archive of each component by its name; raises `BuildError` for the first source that does not compile."""
        found = {component.name: self._fresh(component) for component in components}
        stale = [component for component in components if found[component.name] is None]
        made = self._make(stale) if stale else {}
        return {name: path or made[name] for name, path in found.items()}

    def _make(self, stale: list[Component]) -> dict[str, Path]:
        """One thread a component waits; as many as there are processors work."""
        with (
            ThreadPoolExecutor(self._jobs.count) as self._workers,
            ThreadPoolExecutor(len(stale)) as waiting,
            cache.locked("compile"),
        ):
            futures = {component.name: waiting.submit(self._component, component) for component in stale}
            for future in futures.values():
                future.add_done_callback(lambda _: self._steps.put(None))
            try:
                self._tell(futures)
            except BaseException:
                self._jobs.stop()
                raise
            return {name: future.result() for name, future in futures.items()}

    def _tell(self, futures: Mapping[str, Future[Path]]) -> None:
        """Passes steps on until all is done, or one has failed."""
        left = len(futures)
        while left:
            step = self._steps.get()
            if step is not None:
                self._progress(step)
                continue
            left -= 1
            for future in futures.values():
                if future.done() and (error := future.exception()) and not isinstance(error, Stopped):
                    raise error

    def _fresh(self, component: Component) -> Path | None:
        """The archive that the component's stamp names, if nothing has changed."""
        folders = []
        for generated in component.generated:
            folder = self._fresh_folder(generated)
            if folder is None:
                return None
            folders.append(folder)
        output = stamps.read(self._stamp(component, folders))
        return Path(output) if output and Path(output).is_file() else None

    def _fresh_folder(self, generated: Generated) -> Path | None:
        done = self._folders.get(generated.name)
        if done is not None:
            return done.result()
        output = stamps.read(self._generated_stamp(generated))
        if not output or not Path(output).is_dir():
            return None
        future: Future[Path] = Future()
        future.set_result(Path(output))
        self._folders[generated.name] = future
        return Path(output)

    def _stamp(self, component: Component, folders: list[Path]) -> str:
        sources = [(str(source.path), source.name, source.flags) for source in component.sources]
        includes = [str(path) for path in (*folders, *component.includes)]
        flags = self._toolchain.compile_flags(self._target, system_headers=component.system_headers)
        identity = (FORMAT, self._toolchain.identity, str(self._toolchain.program), str(cache.root()))
        return stamps.key(identity, component.name, flags, component.flags, sources, includes)

    def _generated_stamp(self, generated: Generated) -> str:
        inner = [self._stamp(component, []) for component in generated.components]
        return stamps.key(
            FORMAT, sys.version, generated.name, generated.key, [str(path) for path in generated.inputs], inner
        )

    def _component(self, component: Component) -> Path:
        """Compiles what must be, and archives all."""
        started = time.time_ns()
        recipe = self._recipe(component)
        works = self._each(recipe, self._objects.compiled, "compile")
        members = [(f"{source.name}.o", work.key) for source, work in zip(component.sources, works, strict=True)]
        path = cache.folder("archives") / stamps.key(FORMAT, component.name, members)[:32] / f"{component.name}.a"
        if not path.is_file():
            cache.write(
                path, archive((f"{s.name}.o", w.content()) for s, w in zip(component.sources, works, strict=True))
            )
        read = {name for work in works for name in work.read}
        stamps.write(self._stamp(component, [path for _, path in recipe.folders]), sorted(read), str(path), started)
        return path

    def _each(self, recipe: Recipe, do: Callable[[Recipe, int], Work], verb: str) -> list[Work]:
        """`do` for every source, side by side, in the order of the sources."""
        assert self._workers is not None
        with self._lock:
            self._total += len(recipe.component.sources)

        def one(index: int) -> Work:
            started = time.monotonic()
            work = do(recipe, index)
            with self._lock:
                self._counted += 1
                counted, total = self._counted, self._total
            if work.made:
                name = recipe.component.sources[index].name
                self._steps.put(Step(verb, name, counted, total, time.monotonic() - started))
            return work

        futures = [self._workers.submit(one, index) for index in range(len(recipe.component.sources))]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def _recipe(self, component: Component, extra: tuple[str, ...] = ()) -> Recipe:
        folders = tuple((generated.name, self._folder(generated)) for generated in component.generated)
        return Recipe.of(self._toolchain, self._target, component, folders, extra)

    def _folder(self, generated: Generated) -> Path:
        """The folder of a `Generated`, made once however many components ask for it."""
        with self._lock:
            future = self._folders.get(generated.name)
            mine = future is None
            if future is None:
                self._folders[generated.name] = future = Future()
        if mine:
            try:
                future.set_result(self._generate(generated))
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()

    def _generate(self, generated: Generated) -> Path:
        output = stamps.read(self._generated_stamp(generated))
        if output and Path(output).is_dir():
            return Path(output)
        started, clock = time.time_ns(), time.monotonic()
        with cache.scratch() as scratch:
            workshop = _Workshop(self, scratch)
            with cache.refusing(scratch):
                files = generated.make(workshop)
        digest = stamps.key(sorted(files.items()))[:16]
        path = cache.folder("generated") / f"{generated.name}-{digest}"
        if not path.is_dir():
            with cache.scratch() as scratch, cache.refusing(path):
                for name, content in files.items():
                    cache.write_whole(scratch / "made" / name, content)
                (scratch / "made").mkdir(exist_ok=True)
                with suppress(FileExistsError):
                    (scratch / "made").replace(path)
        maker = generated.make.__code__.co_filename  # what is made depends on the maker too
        inputs = {*(str(each) for each in generated.inputs), *workshop.read, maker}
        stamps.write(self._generated_stamp(generated), sorted(inputs), str(path), started)
        self._steps.put(Step("generate", generated.name, seconds=time.monotonic() - clock))
        return path


@dataclass
class _Workshop:
    """See `components.Workshop`; `read` gathers what the preprocessor read outside the scratch folder."""

    compiler: Compiler
    folder: Path

    def __post_init__(self) -> None:
        self.read: set[str] = set()

    def preprocess(self, component: Component, flags: tuple[str, ...]) -> Mapping[str, bytes]:
        compiler = self.compiler
        recipe = compiler._recipe(component, flags)  # noqa: SLF001 - the compiler's own other half
        works = compiler._each(recipe, compiler._objects.preprocessed, "preprocess")  # noqa: SLF001
        scratch = f"{self.folder}/"
        self.read |= {path for work in works for path in work.read if not path.startswith(scratch)}
        return {source.name: work.content() for source, work in zip(component.sources, works, strict=True)}

    def python(self, arguments: list[str]) -> bytes:
        done = self.compiler._jobs.run([sys.executable, *arguments], self.folder)  # noqa: SLF001
        if done.status:
            cache.check_space(done.errors)
            last = (done.errors.strip().splitlines() or [f"status {done.status}"])[-1]
            raise BuildError(f"{Path(arguments[0]).name}: {last}")
        return done.output
