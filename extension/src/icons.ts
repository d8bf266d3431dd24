// Glyphs of 14 px, drawn with the text's colour.

const SHAPES = {
  run: '<circle cx="7" cy="7" r="4.2" fill="currentColor" stroke="none"/>',
  ring: '<circle cx="7" cy="7" r="4"/>',
  check: '<path d="M2.5 7.5l3 3 6-7"/>',
  cross: '<path d="M3 3l8 8M11 3l-8 8"/>',
  pause: '<path d="M4.8 3v8M9.2 3v8"/>',
  busy: '<circle cx="7" cy="7" r="4.5"/><path d="M7 2.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" stroke="none"/>',
  warn: '<path d="M7 2L12.5 12h-11zM7 5.8v2.8M7 10.3v.1"/>',
  stop: '<rect x="3.5" y="3.5" width="7" height="7"/>',
  again: '<path d="M11 7a4 4 0 1 1-1.3-3M10 1.5V4H7.5"/>',
  save: '<path d="M7 2v6.5M4.2 6L7 8.8 9.8 6M2.5 11.8h9"/>',
} as const;

export type Glyph = keyof typeof SHAPES;

export function icon(glyph: Glyph): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.setAttribute("class", "ukn-icon");
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = SHAPES[glyph];
  return svg;
}
