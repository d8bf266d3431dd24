// Elements in one expression. Text is always set as text, never as HTML.

type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Puts `css` once into the document or shadow root that holds `el`. */
export function addStyle(el: HTMLElement, name: string, css: string): void {
  const root = el.getRootNode();
  const holder = root instanceof ShadowRoot ? root : document.head;
  if (holder.querySelector(`style[data-uk="${name}"]`)) return;
  holder.append(element("style", "", { "data-uk": name }, css));
}
