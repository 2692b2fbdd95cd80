/** What a preset of nets is. */
import { type Is, isBoolean, isCount, isListOf, isString } from '../files/json';
import type { Net } from './description';
import type { PresetShape } from './semiSupervisedNets';

/** What a choice may be in a file, and that in words. */
export type Choice = readonly [is: Is<unknown>, needed: string];

export const COUNTS: Choice = [isListOf(isCount), 'an array of integers'];
export const COUNT: Choice = [isCount, 'an integer'];
export const NAME: Choice = [isString, 'a name'];
export const FLAG: Choice = [isBoolean, 'true or false'];

/** A preset: its choices, and its nets as plain data. */
export interface NetPreset<Shape, Choices, Names extends string> {
  /** each choice by name: its kind. `describe` looks at its range */
  readonly choices: { readonly [Name in keyof Choices]-?: Choice };
  /** what each choice is where the user leaves it out. A model's spec holds every choice, so files outlive a change of these */
  readonly defaults: Required<Choices>;
  /**
   * the nets of a model, before anything is made; throws a RangeError or TypeError naming the choice that is none of its
   * values
   */
  describe(where: string, shape: Shape, choices: Choices): Readonly<Record<Names, Net>>;
}

/** A preset of the nets of an M2 model. Labels enter by `hiddenStack`, which takes fewer rows of features than of labels. */
export interface M2NetPreset<Choices>
  extends NetPreset<PresetShape, Choices, 'classifier' | 'encoder' | 'decoder'> {
  /** whether the posterior is q(z|x,y) where the user does not say */
  readonly encoderSeesLabel: boolean;
  describe(
    where: string,
    shape: PresetShape,
    choices: Choices,
  ): Readonly<Record<'classifier' | 'encoder' | 'decoder', Net>> & { readonly trunk?: Net };
}
