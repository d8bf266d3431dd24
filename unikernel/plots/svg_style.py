"""The style sheet of the device graph's picture."""

from __future__ import annotations

from functools import cache

from unikernel.plots import style


@cache
def css() -> str:
    """The look's values under names of this picture's own; a page that has the tokens or a theme wins."""
    light, dark = style.scheme(), style.scheme(dark=True)
    names = ("paper", "edge", "ink", "ink_2", "accent", "bad")
    kinds = sorted(light.kinds)

    def values(scheme: style.Scheme) -> str:
        plain = "".join(f"--g-{name}:var(--uk-{name.replace('_', '-')},{getattr(scheme, name)});" for name in names)
        return plain + "".join(f"--g-{kind}:var(--uk-{kind}-mark,{scheme.kind(kind).mark});" for kind in kinds)

    sans = ",".join(style.families())
    mono = ",".join(f"'{name}'" if " " in name else name for name in style.families(mono=True))
    dark_pages = '[data-jp-theme-light="false"] .ukg,.vscode-dark .ukg,html[theme="dark"] .ukg,.uk-dark .ukg'
    light_pages = '[data-jp-theme-light="true"] .ukg,.vscode-light .ukg,.uk-light .ukg'
    return (
        f".ukg{{{values(light)}}}"
        f"@media (prefers-color-scheme:dark){{.ukg{{{values(dark)}}}}}"
        f"{light_pages}{{{values(light)}}}{dark_pages}{{{values(dark)}}}"
        f"@media print{{.ukg.ukg.ukg{{{values(light)}}}}}"
        f".ukg{{display:block;overflow:visible;font:{style.LABEL_PX}px var(--uk-font,{sans})}}"
        ".ukg text{fill:var(--g-ink)}"
        f".ukg .m{{font-family:var(--uk-mono,{mono})}}.ukg .s{{font-weight:600}}.ukg .q{{fill:var(--g-ink_2)}}"
        ".ukg path{fill:none;stroke:var(--g-ink_2)}"
        ".ukg .box{fill:var(--uk-raised,var(--g-paper));stroke:var(--g-edge)}.ukg .add{stroke-dasharray:4 3}"
        ".ukg .box.sel{stroke:var(--g-accent);stroke-width:2;fill:var(--uk-accent-wash,var(--g-paper))}"
        ".ukg .box.bad{stroke:var(--g-bad)}.ukg .dot{fill:var(--g-bad)}"
        ".ukg .bang{stroke:var(--g-paper);stroke-width:1.8;stroke-linecap:round}"
        ".ukg .no{stroke:var(--g-bad);stroke-width:2;stroke-dasharray:1.5 3.5;stroke-linecap:round}"
        ".ukg path.red{stroke:var(--g-bad)}.ukg text.red{fill:var(--g-bad)}"
        ".ukg .halo{paint-order:stroke;stroke:var(--g-paper);stroke-width:4px;stroke-linejoin:round}"
        + "".join(f".ukg .k-{kind}{{fill:var(--g-{kind})}}" for kind in kinds)
    )
