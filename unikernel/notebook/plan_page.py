"""A plan as a page: the device graph over its tables."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from unikernel.plots.graph import Graph, of_plan
from unikernel.plots.svg import svg
from unikernel.units import memory

if TYPE_CHECKING:
    from unikernel.plan import Plan

WIDTHS = (740, 540, 380)
"""The picture is laid out for each, and the page shows the widest that fits; it is never scaled."""


def plan_page(plan: Plan) -> str:
    """The HTML; the text is the plan's own."""
    card = plan.card()
    tables = "".join(f'<div class="uk-bd uk-scroll">{table.html()}</div>' for table in card.tables)
    facts = (plan.target.name, memory(plan.memory_bytes), f"{len(plan.devices)} devices")
    machine = f"machine: {plan.target.summary}"
    return (
        f'<div class="uk-card"><div class="uk-hd"><span>plan</span><b>{escape(plan.name)}</b>'
        f'<span class="uk-q">{escape(" · ".join(facts))}</span></div>'
        f'<div class="uk-bd">{pictures(of_plan(plan))}</div>{tables}'
        f'<div class="uk-ft"><span>{escape(machine)}</span><span>{escape(card.foot)}</span></div></div>'
    )


def pictures(drawn: Graph, widths: tuple[int, ...] = WIDTHS, around_px: int = 24) -> str:
    """The graph at several widths, of which the container shows the widest that fits beside `around_px` of padding."""
    rules, parts = [], []
    for index, width in enumerate(widths):
        least = f"(min-width:{width + around_px}px)" if index < len(widths) - 1 else "(min-width:0)"
        most = f" and (max-width:{widths[index - 1] + around_px - 0.1:g}px)" if index else ""
        rules.append(f"@container {least}{most}{{.ukw{width}{{display:block!important}}}}")
        parts.append(f'<div class="ukw{width}" style="display:none">{svg(drawn, width, styled=not index)}</div>')
    return f"<style>{''.join(rules)}</style>{''.join(parts)}"
