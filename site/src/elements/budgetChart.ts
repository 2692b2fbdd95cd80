/** Accuracy by number of labels: the band of 20 seeds, and the reader's run as a dot. */
import { scaleLinear, scalePoint } from 'd3-scale';
import { html, svg } from 'lit';
import { bandsOf, type Spread } from '../bands';
import type { PlaneSet } from '../plane/settings';
import { PageElement } from './base';

/** The reader's run. */
export interface OwnRun {
  readonly perClass: number;
  /** in percent */
  readonly left: number;
  readonly right: number;
}

const [WIDTH, HEIGHT] = [420, 220];
const EDGE = { left: 54, right: 16, top: 12, bottom: 34 };
const LINES = [
  { name: 'labels', label: 'labels alone' },
  { name: 'm2', label: 'with the other points' },
] as const;

export class BudgetChart extends PageElement {
  static override properties = { set: { type: String }, own: { attribute: false } };
  declare set: PlaneSet;
  declare own: OwnRun | undefined;

  #picture() {
    const bands = bandsOf(this.set);
    const { own } = this;
    const numbers = [
      ...new Set([...bands.map(({ perClass }) => perClass), ...(own ? [own.perClass] : [])]),
    ].sort((a, b) => a - b);
    const lowest = Math.min(
      90,
      ...bands.flatMap(({ labels, m2 }) => [labels.low, m2.low]),
      own?.left ?? 90,
      own?.right ?? 90,
    );
    const x = scalePoint(numbers, [EDGE.left, WIDTH - EDGE.right]).padding(0.4);
    const y = scaleLinear([Math.floor(lowest / 10) * 10, 100], [HEIGHT - EDGE.bottom, EDGE.top]);
    const at = (perClass: number): number => x(perClass) ?? 0;
    const path = (points: readonly (readonly [number, number])[]): string =>
      `M${points.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join('L')}`;
    const area = (pick: (band: (typeof bands)[number]) => Spread): string =>
      `${path([
        ...bands.map((band): readonly [number, number] => [at(band.perClass), y(pick(band).high)]),
        ...[...bands]
          .reverse()
          .map((band): readonly [number, number] => [at(band.perClass), y(pick(band).low)]),
      ])}z`;
    return svg`
      ${y.ticks(5).map(
        (
          tick,
        ) => svg`<line class="rule" x1=${EDGE.left} x2=${WIDTH - EDGE.right} y1=${y(tick)} y2=${y(tick)}></line>
          <text x=${EDGE.left - 8} y=${y(tick) + 4} text-anchor="end">${tick} %</text>`,
      )}
      ${numbers.map((n) => svg`<text x=${at(n)} y=${HEIGHT - EDGE.bottom + 20} text-anchor="middle">${n}</text>`)}
      ${bands.length < 2 ? '' : LINES.map(({ name }) => svg`<path class="band ${name}" d=${area((band) => band[name])}></path>`)}
      ${LINES.map(({ name }) =>
        bands.length < 2
          ? bands.map(
              (band) =>
                svg`<line class="line ${name}" x1=${at(band.perClass)} x2=${at(band.perClass)} y1=${y(band[name].low)} y2=${y(band[name].high)}></line>`,
            )
          : svg`<path class="line ${name}" d=${path(bands.map((band) => [at(band.perClass), y(band[name].mean)]))}></path>`,
      )}
      ${own ? svg`<circle class="dot labels" cx=${at(own.perClass) - 4} cy=${y(own.left)} r="6"></circle><rect class="dot m2" x=${at(own.perClass) - 2} y=${y(own.right) - 6} width="12" height="12"></rect>` : ''}`;
  }

  override render() {
    const bands = bandsOf(this.set);
    const span = ({ low, mean, high }: Spread): string =>
      `${mean.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
    return html`<figure class="chart">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Accuracy by labels of each class; the table below has the numbers">${this.#picture()}</svg>
      <figcaption>
        <span class="key labels">● labels alone</span> <span class="key m2">■ with the other points</span>
        Labels of each class, and accuracy. Band: the middle 80 % of 20 seeds. Dot and square: the run above.
      </figcaption>
      <details><summary>The numbers as a table</summary>
        <table><thead><tr><th scope="col">labels of each class</th><th scope="col">labels alone, %</th><th scope="col">with the other points, %</th></tr></thead>
        <tbody>${bands.map(({ perClass, labels, m2 }) => html`<tr><th scope="row">${perClass}</th><td>${span(labels)}</td><td>${span(m2)}</td></tr>`)}</tbody></table>
      </details>
    </figure>`;
  }
}
customElements.define('budget-chart', BudgetChart);
