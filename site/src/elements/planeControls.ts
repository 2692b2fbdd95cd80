/** The controls of the scene in the plane. */
import { html } from 'lit';
import { BUDGETS, classesOf, type PlaneSet, type PlaneSettings } from '../plane/settings';
import { SETS } from './planeState';

/** A button for each set of points. */
export const setButtons = (chosen: PlaneSet, choose: (set: PlaneSet) => void) =>
  html`<div class="choices" role="group" aria-label="Points">
    ${SETS.map(
      ([set, name]) => html`<button type="button" aria-pressed=${chosen === set}
        @click=${() => choose(set)}>${name}</button>`,
    )}</div>`;

const BRUSHES = [
  ['A', 0],
  ['B', 1],
  ['no label', -1],
] as const;

/** What the reader draws: points of a class, or without a label. */
export const brushButtons = (chosen: number, choose: (label: number) => void) =>
  html`<div class="choices" role="group" aria-label="What you draw">
    ${BRUSHES.map(
      ([name, label]) => html`<button type="button" aria-pressed=${chosen === label}
        @click=${() => choose(label)}>${name}</button>`,
    )}<span class="hint">Draw on a panel: two labeled points at least, and many without a label.</span></div>`;

/** Labels of each class; a change drops the reader's own labels. */
export function budgetSlider(settings: PlaneSettings, change: (settings: PlaneSettings) => void) {
  const { perClass, set } = settings;
  const at = BUDGETS.indexOf(perClass as (typeof BUDGETS)[number]);
  const slide = (event: Event): void =>
    change({
      ...settings,
      edits: [],
      perClass: BUDGETS[Number((event.target as HTMLInputElement).value)] ?? perClass,
    });
  return html`<div class="budget"><label for="budget">Labels of each class: <output>${perClass}</output> (${perClass * classesOf(set)} in all)</label>
    <input id="budget" type="range" min="0" max=${BUDGETS.length - 1} step="1" .value=${String(at)}
      aria-valuetext="${perClass} of each class" @input=${slide}></div>`;
}
