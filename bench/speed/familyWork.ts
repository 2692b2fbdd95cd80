/** The layers of the models of the family. One relaxed label: every net has a row for each example. */
import { dense, type Layer, norms, type Start } from './layers';
import type { FamilyModel, Workload } from './workloads';

type LayersOf = (workload: Workload, size: number, rows: number) => readonly Layer[];

/** Hidden layers behind batch norm, and a layer without. */
const net = (
  inputs: number,
  hidden: readonly number[],
  outputs: number,
  rows: number,
  start?: Start,
): readonly Layer[] => [...dense([inputs, ...hidden, outputs], rows, start), norms(hidden)];

const DATA = { first: true };

/** The same, where a part of the inputs is data. */
const besideData = (
  data: number,
  others: number,
  [hidden = 0, ...deeper]: readonly number[],
  outputs: number,
  rows: number,
): readonly Layer[] => [
  { products: data * hidden, weights: data * hidden, rows, passes: 2 },
  ...net(others, [hidden, ...deeper], outputs, rows),
];

/** ADGM and SDGM, which differ in who reads x and who reads a. */
const auxiliary =
  (decoderSeesAuxiliary: boolean): LayersOf =>
  ({ latent, classes, widths }, size, rows) => {
    const [a, code] = [latent, latent + classes];
    return [
      ...net(size, widths, 2 * a, rows, DATA),
      ...besideData(size, a, widths, classes, rows),
      ...besideData(size, a + classes, widths, 2 * latent, rows),
      ...besideData(decoderSeesAuxiliary ? 0 : size, code, widths, 2 * a, rows),
      ...net(decoderSeesAuxiliary ? a + code : code, widths, size, rows),
    ];
  };

const ladder: LayersOf = ({ latents = [], classes, widths }, size, rows) => {
  const top = widths.at(-1) as number;
  const messages = latents.slice(0, -1).flatMap((z, i) => dense([widths[i] as number, 2 * z], rows));
  const priors = latents.slice(0, -1).flatMap((z, i) => {
    const given = (latents[i + 1] as number) + (i + 2 === latents.length ? classes : 0);
    return net(given, [widths[i + 1] as number], 2 * z, rows);
  });
  return [
    ...dense([size, ...widths], rows, DATA),
    norms(widths),
    ...messages,
    ...dense([top, classes], rows),
    ...net(top + classes, [top], 2 * (latents.at(-1) as number), rows),
    ...priors,
    ...net(latents[0] as number, [widths[0] as number], size, rows),
  ];
};

/** The phases: reconstruction of all, the discriminators on real and fake, the generator, and the classes of the labeled. */
const adversarial: LayersOf = ({ latent, classes, widths, inner = [], labeled, unlabeled }, size, rows) => {
  const features = widths.at(-1) as number;
  const trunk = dense([size, ...widths], rows, DATA);
  /** The same layers in another phase, forward alone or back too. */
  const again = (layers: readonly Layer[], rows: number, back: boolean): readonly Layer[] =>
    layers.map((layer) => ({ ...layer, weights: 0, rows, passes: back ? layer.passes : 1 }));
  const [toClass, toCode] = [dense([features, classes], rows), dense([features, latent], rows)];
  const judge = (inputs: number) => dense([inputs, ...inner, 1], 2 * unlabeled, DATA);
  const judges = [...judge(classes), ...judge(latent)];
  const encoder = [...trunk, ...toClass, ...toCode];
  return [
    ...encoder,
    ...dense([latent + classes, ...[...widths].reverse(), size], rows),
    // The discriminators see codes that take no gradient.
    ...again(encoder, unlabeled, false),
    ...judges,
    // The generator's gradient goes through the discriminators, and not to their weights.
    ...again(encoder, unlabeled, true),
    ...judges.map((layer) => ({ ...layer, weights: 0, rows: unlabeled, passes: 2 })),
    ...again([...trunk, ...toClass], labeled, true),
  ];
};

/** Layers of each model; `size` is that of x, and `rows` are the examples of a step. */
export const FAMILY_LAYERS: Readonly<Record<FamilyModel, LayersOf>> = {
  m1m2: ({ latent, classes, widths, inner = [] }, size, rows) => [
    ...net(size, widths, 2 * latent, rows, DATA),
    ...net(latent, inner, classes, rows),
    ...net(latent + classes, inner, 2 * latent, rows),
    ...net(latent + classes, inner, 2 * latent, rows),
    ...net(latent, [...widths].reverse(), size, rows),
  ],
  adgm: auxiliary(false),
  sdgm: auxiliary(true),
  ladder,
  conditional: ({ latent, classes, widths }, size, rows) => [
    ...net(size, widths, classes, rows, DATA),
    ...net(size + classes, widths, 2 * latent, rows, DATA),
    ...net(latent + classes, [...widths].reverse(), size, rows),
    // A row of the prior's table for each class.
    { products: 0, weights: 2 * classes * latent, rows: 0, passes: 0 },
  ],
  token: ({ latent, classes, widths }, size, rows) => [
    ...net(size + classes + 1, widths, 2 * latent, rows, DATA),
    ...net(latent + classes + 1, [...widths].reverse(), size, rows),
    { products: 0, weights: 2 * (classes + 1) * latent, rows: 0, passes: 0 },
  ],
  aae: adversarial,
};
