// A switch between two states, each with its word: a button that says its state, with role and name for who cannot see it.

import type { AnyModel } from "@anywidget/types";
import { element } from "./dom";

interface SwitchState {
  name: string;
  value: boolean;
  off: string;
  on: string;
}

function render({ model, el }: { model: AnyModel<SwitchState>; el: HTMLElement }): () => void {
  const word = element("span", "");
  const track = element("span", "ukc-track", { "aria-hidden": "true" });
  // The name stays when the state changes, as a switch's must: it is that of being on.
  const name = `${model.get("name")}, ${model.get("on")}`;
  const button = element("button", "ukc-switch", { type: "button", role: "switch", "aria-label": name }, track, word);
  const show = () => {
    const on = model.get("value");
    button.setAttribute("aria-checked", String(on));
    word.textContent = model.get(on ? "on" : "off");
  };
  button.addEventListener("click", () => {
    model.set("value", !model.get("value"));
    model.save_changes();
  });
  model.on("change:value", show);
  show();
  el.append(button);
  return () => model.off("change:value", show);
}

export default { render };
