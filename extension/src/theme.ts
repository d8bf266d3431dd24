// The terminal's colours, read from the page's tokens, and again whenever the page changes between light and dark.

import type { ITheme } from "@xterm/xterm";

const ANSI = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
  "brightBlack",
  "brightRed",
  "brightGreen",
  "brightYellow",
  "brightBlue",
  "brightMagenta",
  "brightCyan",
  "brightWhite",
] as const;

/** The theme that the tokens around `el` give now. */
export function readTheme(el: HTMLElement): ITheme {
  // A token may be light-dark(…), which only a computed colour resolves.
  const probe = document.createElement("span");
  el.append(probe);
  const read = (token: string): string => {
    probe.style.color = `var(--uk-${token})`;
    return getComputedStyle(probe).color;
  };
  const theme: ITheme = {
    background: read("sunken"),
    foreground: read("ink"),
    cursor: read("ink"),
    cursorAccent: read("sunken"),
    selectionBackground: read("selection"),
  };
  ANSI.forEach((name, index) => {
    theme[name] = read(`ansi-${index}`);
  });
  probe.remove();
  return theme;
}

/** Calls `changed` when the page's scheme may have changed; returns what ends it. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  const attributeFilter = ["data-jp-theme-light", "data-jp-theme-name", "class", "theme"];
  for (const node of [document.documentElement, document.body]) observer.observe(node, { attributeFilter });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", changed);
  };
}
