/** What a check is. */
import type { Model } from '../models/model';
import type { Subject } from './subject';

/** One property of a model. */
export interface Check {
  /** what must hold, as a sentence of which the model is the subject */
  readonly name: string;
  /**
   * the kind of model that it can be asked of; default any. `'functions'`: of any that can be called at all; `'generative'`: of
   * any that has codes and generates; `'vae'`: of one with a bound
   */
  readonly of?: 'functions' | 'classifier' | 'generative' | 'vae';
  /** Throws an Error that says what does not hold. */
  run<M extends Model>(subject: Subject<M>): Promise<void>;
}
