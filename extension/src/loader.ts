// The module in the widget's state. It is small, as runners without a browser save that state into the notebook; the bundle itself
// comes by message when a view is shown, once a page.

import type { Model } from "./protocol";

interface Bundle {
  render(context: { model: Model; el: HTMLElement }): () => void;
}

interface BundleMessage {
  kind: string;
  bundle: string;
}

const ASK_AGAIN_MS = 3000;
const shared = globalThis as { unikernelBundles?: Map<string, Promise<Bundle>> };

function fetchBundle(model: Model, digest: string): Promise<Bundle> {
  return new Promise((resolve, reject) => {
    const ask = () => model.send({ kind: "bundle" } as never);
    const again = setInterval(ask, ASK_AGAIN_MS);
    const heard = (message: unknown, buffers: DataView[]) => {
      const { kind, bundle } = message as BundleMessage;
      const [code] = buffers;
      if (kind !== "bundle" || bundle !== digest || !code) return;
      clearInterval(again);
      model.off("msg:custom", heard);
      const address = URL.createObjectURL(new Blob([code as unknown as BlobPart], { type: "text/javascript" }));
      import(address).then((module) => resolve(module.default as Bundle), reject);
    };
    model.on("msg:custom", heard as never);
    ask();
  });
}

export default {
  async render(context: { model: Model; el: HTMLElement }): Promise<() => void> {
    const digest = context.model.get("bundle");
    shared.unikernelBundles ??= new Map();
    const known = shared.unikernelBundles;
    const bundle = known.get(digest) ?? fetchBundle(context.model, digest);
    known.set(digest, bundle);
    return (await bundle).render(context);
  },
};
