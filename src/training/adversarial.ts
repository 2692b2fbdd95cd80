/** The phases of an adversarial autoencoder. */
import { assertMethods, plainOf, recordOf } from '../core/assert';
import { atOnce } from '../core/notAsync';
import { AT_LEAST_0, callable, number, readOptions } from '../core/options';
import { maker } from '../core/uncalled';
import type { Aae } from '../models/adversarial/model';
import { classification, discrimination, generation, reconstruction } from '../models/adversarial/objectives';
import { assertCalled } from '../models/fits';
import type { Objective, Phase } from '../models/objectives/objective';
import { createAdam } from './optimizer/adam';
import type { Optimizer } from './optimizer/optimizer';

/** Name of a phase. */
export type AdversarialPhaseName = 'reconstruction' | 'discriminators' | 'generator' | 'classification';

/** A phase with its own optimizer. */
export type AdversarialPhase = Phase<Aae> & {
  /** which of the four */
  readonly name: AdversarialPhaseName;
  /** its own; yours to dispose */
  readonly optimizer: Optimizer;
};

/** How the phases are made. */
export interface AdversarialOptions {
  /** standard deviation of the Gaussian noise on the inputs of the discriminators; default 0.3 */
  readonly inputNoise?: number;
  /** makes the optimizer of a phase; default Adam with a rate of 1e-4 and β₁ = 0.5 */
  readonly optimizer?: (phase: AdversarialPhaseName) => Optimizer;
}

const adam = (): Optimizer => createAdam({ learningRate: 1e-4, beta1: 0.5 });

/** Nets of which a phase moves the variables; a likelihood's belong to the decoder. */
const NETS: Readonly<Record<AdversarialPhaseName, readonly string[]>> = {
  reconstruction: ['trunk', 'classifier', 'encoder', 'decoder', 'likelihood'],
  discriminators: ['labelDiscriminator', 'codeDiscriminator'],
  generator: ['trunk', 'classifier', 'encoder'],
  classification: ['trunk', 'classifier'],
};

/**
 * The phases of an adversarial autoencoder, in the order in which a step runs them on its batch (Makhzani et al. 2015).
 * Each maximizes:
 *
 *   reconstruction  log p(x | z, y)                                                moves the nets but the discriminators
 *   discriminators  Σ_D log σ(D(draw of its prior + ε)) + log σ(−D(y or z + ε))    moves D
 *   generator       Σ_D log σ(D(y or z + ε))                                       moves trunk, classifier, encoder
 *   classification  log q(y | x) of the labeled examples                           moves trunk, classifier
 *
 * D_y sees softmax(logits) and D_z sees z, with ε ~ N(0, inputNoise² I). They see the unlabeled examples where there are any.
 * In the reconstruction a known label replaces q(y|x).
 *
 * With a `classPrior` there is no D_y and no classification: D(z, c) sees a labeled example with its class, and draws of
 * p(z|y) beside it, and an unlabeled one with "unlabeled", and draws of p(z).
 *
 * The history has `discriminators.labelAccuracy` and `discriminators.codeAccuracy`: 0.5 where the discriminators cannot tell,
 * and 1 where they have won.
 *
 * @param model of `createAae`
 * @param options noise, and the optimizer of each phase
 * @returns phases for the `objective` of `train`. Their optimizers are yours: dispose each when you are done
 * @throws TypeError when the model has no discriminators
 * @throws RangeError when an option is none of its values
 * @example adversarial(createAae({ inputShape: [4], classes: 2 })).map(({ name }) => name) // ['reconstruction', 'discriminators', 'generator', 'classification']
 */
export const adversarial = /* @__PURE__ */ maker(
  'adversarial(model)',
  (model: Aae, options: AdversarialOptions = {}): readonly AdversarialPhase[] => {
    assertCalled<Aae>(
      'adversarial',
      recordOf('adversarial', model, 'model'),
      ['encode', 'decode', 'codeDiscriminator'],
      'adversarial(), the phases of createAae',
    );
    const { inputNoise, optimizer } = readOptions('adversarial', options, {
      inputNoise: number(AT_LEAST_0, 0.3),
      optimizer: callable<NonNullable<AdversarialOptions['optimizer']>>(adam),
    });
    const objectives: readonly (readonly [AdversarialPhaseName, Objective<Aae>])[] = [
      ['reconstruction', reconstruction()],
      ['discriminators', discrimination(inputNoise)],
      ['generator', generation(inputNoise)],
      ...(model.classPrior ? [] : [['classification', classification()] as const]),
    ];
    const variables = Object.entries(plainOf('adversarial', model.variables, 'model.variables'));
    const trainable = variables.flatMap(([name, variable]) => (variable.trainable ? [name] : []));
    return objectives.map(([name, objective]) => {
      const made = atOnce('adversarial', 'optimizer', optimizer(name));
      assertMethods('adversarial', `optimizer("${name}")`, made, ['apply']);
      const nets = NETS[name];
      const moved = trainable.filter((variable) => nets.includes(variable.split('/')[0] as string));
      return { name, variables: moved, objective, optimizer: made };
    });
  },
);
