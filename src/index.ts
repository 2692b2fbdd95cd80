/**
 * Semi-supervised variational autoencoders on TensorFlow.js: primitives, models and a trainer.
 *
 * @module ssvae
 */

export {
  type AdversarialTerms,
  adversarialTerms,
  type DiscriminatorLogits,
  discriminatorAccuracy,
} from './bounds/adversarialTerms';
export { byLabel, type EveryLabel, everyLabel, repeatRows, withEveryLabel } from './bounds/everyLabel';
export {
  type ImportanceWeightedBoundArguments,
  importanceWeightedBound,
} from './bounds/importanceWeightedBound';
export { type LabelExpectationArguments, labelExpectation } from './bounds/labelExpectation';
export { type LabeledElboArguments, type LabeledElboTerms, labeledElbo } from './bounds/labeledElbo';
export { logLabelPrior, uniformLabelPrior } from './bounds/labelPrior';
export { type LabelSetArguments, labelSetCrossEntropy, restrictedLogits } from './bounds/labelSet';
export {
  type LabelSmoothing,
  type RegularizedLabeledArguments,
  type RegularizedLabeledTerms,
  regularizedLabeled,
} from './bounds/regularizedLabeled';
export {
  type RegularizedUnlabeledArguments,
  type RegularizedUnlabeledTerms,
  regularizedUnlabeled,
} from './bounds/regularizedUnlabeled';
export {
  type UnlabeledElboArguments,
  type UnlabeledElboTerms,
  unlabeledElbo,
} from './bounds/unlabeledElbo';
export type {
  Augment,
  Batch,
  BatchSource,
  LabeledBatch,
  Passes,
  ShownCovariates,
  SplitIndices,
  UnlabeledBatch,
} from './core/batch';
export type { ByteMeaning } from './core/byteValues';
export { customGradient, type ValueAndGradient } from './core/gradient';
export type {
  Column,
  ColumnsInput,
  CountColumn,
  FlagColumn,
  LevelsColumn,
  NumberColumn,
} from './core/inputs/columns';
export type { ImagesInput } from './core/inputs/images';
export type { Image } from './core/inputs/imagesReader';
export type { RawInputs } from './core/inputs/readers';
export type { InputSpec } from './core/inputs/registry';
export type { ArrowTable, Rows, TableColumn } from './core/inputs/table';
export type { TextInput } from './core/inputs/text';
export type { VectorsInput } from './core/inputs/vectors';
export type { FlatVectors, Vector, Vectors } from './core/inputs/vectorsReader';
export { UNKNOWN_CLASS } from './core/labels';
export { digamma, logGamma } from './core/logGamma';
export { createNoise, type Noise, type NoiseState, restoreNoise, streamOf } from './core/noise';
export {
  type CosineDecayOptions,
  type CyclicalOptions,
  constant,
  cosineDecay,
  cyclical,
  type ExponentialDecayOptions,
  exponentialDecay,
  linearWarmup,
  type ScalarOrSchedule,
  type Schedule,
  type SigmoidWarmupOptions,
  sigmoidWarmup,
  valueAt,
  type WarmupOptions,
} from './core/schedules';
export type { Support, Supports } from './core/support';
export { version } from './core/version';
export type { NumberOrScalar } from './core/weightedSum';
export { type AffineOptions, affine } from './data/affine';
export { type BatchesOptions, createBatches } from './data/batches';
export { type BatchesFromOptions, batchesFrom, type IteratedBatches } from './data/batchesFrom';
export type { BatchIterable, BatchIterator } from './data/batchIterable';
export { type Binarization, binarize } from './data/binarize';
export { type CifarRecords, parseCifar10 } from './data/cifar';
export type { ClassLabel, ClassLabels } from './data/classLabels';
export { type ColumnsOptions, columns } from './data/columns';
export type { ColumnType } from './data/columnTypes';
export { countLabels, type LabelCounts } from './data/countLabels';
export { type CropAndFlipOptions, cropAndFlip } from './data/cropAndFlip';
export { type CreateDatasetOptions, createDataset, type Dataset } from './data/dataset';
export type { LikelihoodJson } from './data/datasetRules';
export { type DigitsOptions, digits } from './data/digits';
export { type FoldsOptions, foldsOf } from './data/folds';
export { gatherInputs, gatherLabels, subset } from './data/gather';
export { type GunzipOptions, gunzip, isGzip } from './data/gzip';
export { type IdxArray, type IdxDatasetOptions, idxDataset, parseIdx } from './data/idx';
export { type ImagesOptions, images } from './data/images';
export { type LabelPriorOfOptions, labelPriorOf } from './data/labelPriorOf';
export { type TwoMoonsOptions, twoMoons } from './data/moons';
export type { OwnDataOptions, OwnDataset } from './data/ownData';
export { type Split, type SplitOptions, splitDataset } from './data/split';
export type { BlockExamples, Blocks, OwnBlocks } from './data/stream/blocks';
export { type StreamBatchesOptions, streamBatches } from './data/stream/streamBatches';
export { type TensorDatasetOptions, tensorDataset } from './data/tensorDataset';
export { type TextOptions, text } from './data/text';
export { vectors } from './data/vectors';
export * as bernoulli from './distributions/bernoulli';
export { type BetaOptions, sampleBeta } from './distributions/beta';
export * as categorical from './distributions/categorical';
export {
  type CategoricalObservation,
  type CategoricalObservationOptions,
  categoricalObservation,
} from './distributions/categoricalObservation';
export { classGaussian } from './distributions/classGaussian';
export type { ClassPrior } from './distributions/classPrior';
export * as continuousBernoulli from './distributions/continuousBernoulli';
export {
  type DiscretizedLogisticOptions,
  discretizedLogistic,
} from './distributions/discretizedLogistic';
export { sampleGamma } from './distributions/gamma';
export type { Gaussian } from './distributions/gaussian';
export * as gaussian from './distributions/gaussian';
export { type GaussianObservation, gaussianObservation } from './distributions/gaussianObservation';
export type { GaussianObservationOptions } from './distributions/gaussianOptions';
export { type GaussianRingOptions, gaussianRing } from './distributions/gaussianRing';
export { type GumbelSoftmaxOptions, sampleGumbelSoftmax } from './distributions/gumbelSoftmax';
export type { LatentPrior } from './distributions/latentPrior';
export type {
  Likelihood,
  LogProbOptions,
  ParameterKind,
  TrainingLogProbOptions,
} from './distributions/likelihood';
export type { LikelihoodSpec } from './distributions/likelihoods';
export { mergeGaussians } from './distributions/mergeGaussians';
export { type Mixed, type MixedOptions, mixed } from './distributions/mixed';
export type {
  CountsBlock,
  FlagsBlock,
  LevelsBlock,
  MasksBlock,
  MixedBlock,
  NumbersBlock,
} from './distributions/mixedBlocks';
export { type MultinomialOptions, multinomial } from './distributions/multinomial';
export {
  type NegativeBinomial,
  type NegativeBinomialOptions,
  negativeBinomial,
} from './distributions/negativeBinomial';
export type { CountsSeen } from './distributions/netInput';
export * as poisson from './distributions/poisson';
export { type SwissRollOptions, swissRoll } from './distributions/swissRoll';
export { categoricalKl } from './divergences/categoricalKl';
export { type CrossEntropyArguments, crossEntropy } from './divergences/crossEntropy';
export { gaussianKl } from './divergences/gaussianKl';
export {
  type MaximumMeanDiscrepancyOptions,
  maximumMeanDiscrepancy,
} from './divergences/maximumMeanDiscrepancy';
export { mergedKl } from './divergences/mergedKl';
export { type MonteCarloKlOptions, monteCarloKl } from './divergences/monteCarloKl';
export { accuracy } from './evaluation/accuracy';
export { type ActiveUnits, type ActiveUnitsOptions, activeUnits } from './evaluation/activeUnits';
export { type AssignClassesOptions, assignClasses } from './evaluation/assignClasses';
export {
  type Assignment,
  type AssignmentEvaluation,
  type EvaluateAssignmentOptions,
  evaluateAssignment,
} from './evaluation/assignment';
export { calibrate } from './evaluation/calibrate';
export {
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
  calibration,
} from './evaluation/calibration';
export {
  type ClassifierEvaluation,
  type EvaluateClassifierOptions,
  evaluateClassifier,
} from './evaluation/classifier';
export type { ClassScores, ClassSummary } from './evaluation/classScores';
export { confusionMatrix } from './evaluation/confusionMatrix';
export {
  type ElboEvaluation,
  type EvaluateElboOptions,
  evaluateElbo,
  type SemiSupervisedElboEvaluation,
} from './evaluation/elbo';
export type { Examples, LabeledExamples } from './evaluation/examples';
export {
  type EvaluateImportanceBoundOptions,
  evaluateImportanceBound,
  type ImportanceBoundEvaluation,
} from './evaluation/importanceBound';
export { normalizedMutualInformation } from './evaluation/normalizedMutualInformation';
export { type NoveltyScoreOptions, type NoveltyScores, noveltyScore } from './evaluation/novelty';
export {
  type EvaluateSamplesOptions,
  evaluateSamples,
  type GeneratedExamples,
  type SampleEvaluation,
  type SampleScores,
} from './evaluation/samples';
export * as figures from './figures/index';
export type { Json } from './files/json';
export type { Claim, Storage, StorageFolder } from './files/storage';
export { type Aae, type AaeCode, type AaeOptions, createAae } from './models/adversarial/model';
export type { AaeNetsOption, AaePreset } from './models/adversarial/nets';
export {
  type AuxiliaryOptions,
  type AuxiliaryVae,
  type ClassifyDrawsOptions,
  createAdgm,
  createSdgm,
} from './models/auxiliary/model';
export type { AuxiliaryNetsOption, AuxiliaryPreset } from './models/auxiliary/nets';
export { type BayesClassifierOptions, bayesClassifier } from './models/bayesClassifier';
export {
  type ConditionalVae,
  type ConditionalVaeOptions,
  createConditionalVae,
  type MarginalConditionalOptions,
  type MarginalConditionalVae,
  type TokenConditionalOptions,
  type TokenConditionalVae,
} from './models/conditional/model';
export type { ModelData } from './models/data';
export type { LabeledModelOptions } from './models/labeledOptions';
export {
  createLadderVae,
  type LadderDecodeOptions,
  type LadderVae,
  type LadderVaeOptions,
} from './models/ladder/model';
export type { LadderNetsOption, LadderPreset } from './models/ladder/nets';
export { type LoadModelOptions, loadModel } from './models/loadModel';
export { createM1M2, type M1M2, type M1M2Options } from './models/m1m2/model';
export type { M1M2NetsOption, M1M2Preset } from './models/m1m2/nets';
export { createM2, type M2, type M2Options } from './models/m2/model';
export type { M2NetsOption, M2Preset } from './models/m2/nets';
export type {
  BoundContext,
  BoundTerms,
  Classifier,
  GenerateOptions,
  GenerativeClassifier,
  Known,
  LabelBoundOptions,
  LabelInference,
  Model,
  SemiSupervisedVae,
  Vae,
} from './models/model';
export type { DomainDiscrepancy } from './models/objectives/domainDiscrepancy';
export type { GeneratedLabels } from './models/objectives/generatedLabels';
export type { KlWeight } from './models/objectives/klWeight';
export { type LabelConditionalOptions, labelConditional } from './models/objectives/labelConditional';
export {
  type FittedData,
  type Objective,
  type ObjectiveContext,
  type ObjectiveTerms,
  type Phase,
  scheduled,
  type Terms,
  type Weighting,
} from './models/objectives/objective';
export { regularized, semiSupervised } from './models/objectives/semiSupervised';
export type {
  Consistency,
  LabelSmoothingOptions,
  RegularizedOptions,
  SemiSupervisedOptions,
} from './models/objectives/settings';
export { supervised } from './models/objectives/supervised';
export { type UnsupervisedOptions, unsupervised } from './models/objectives/unsupervised';
export type { Inputs } from './models/openInputs';
export type { ReadyModelOptions } from './models/options';
export {
  type BatchOptions,
  type EmbedOptions,
  embed,
  type Prediction,
  type PredictOptions,
  predict,
} from './models/predict';
export type { HandedIn } from './models/presetFile';
export type { ModelKind, ReadyModels } from './models/registry';
export { loadVariables, saveModel } from './models/saveModel';
export { fitSoftmaxClassifier, type SoftmaxClassifierOptions } from './models/softmaxClassifier';
export {
  createStackedM2,
  type StackedBoundTerms,
  type StackedM2,
  type StackedM2Options,
} from './models/stacked/model';
export { type Calibrated, withTemperature } from './models/temperature';
export { createVae, type GaussianVae, type VaeOptions } from './models/vae/model';
export type { VaeNetsOption, VaePreset } from './models/vae/nets';
export type { MlpAaeOptions } from './nets/aaeNets';
export type { Activation } from './nets/activation';
export type { AuxiliaryConvOptions, AuxiliaryMlpOptions } from './nets/auxiliaryNets';
export { BatchNorm, type BatchNormOptions } from './nets/batchNorm';
export { type ConvOptions, convNets } from './nets/conv';
export { type Initializer, initializeNet } from './nets/initializer';
export { LabelConditionedDense, type LabelConditionedDenseOptions } from './nets/labelConditionedDense';
export type { MlpLadderOptions } from './nets/ladderNets';
export { LayerNorm, type LayerNormOptions } from './nets/layerNorm';
export type { ConvM1M2Options, MlpM1M2Options } from './nets/m1m2Nets';
export { type MlpOptions, mlpNets } from './nets/mlp';
export { namedWeights } from './nets/namedWeights';
export type { Norm } from './nets/norm';
export type { Pass } from './nets/pass';
export type { PresetShape, SemiSupervisedNets } from './nets/semiSupervisedNets';
export {
  StridedConv,
  type StridedConvOptions,
  StridedConvTranspose,
  type StridedConvTransposeOptions,
} from './nets/stridedConv';
export type { ConvVaeOptions, MlpVaeOptions, VaeNets } from './nets/vaeNets';
export type { HubCard, HubResult } from './portable/card';
export type { ReadyModel } from './portable/openModel';
export type { PartName } from './portable/part';
export { saveForHub } from './portable/saveForHub';
export { type StockNets, toLayersModels } from './portable/toLayersModels';
export { type DropLabelsOptions, dropLabels } from './regularizers/dropLabels';
export {
  type InterpolationConsistencyArguments,
  interpolationConsistency,
} from './regularizers/interpolationConsistency';
export { type SmoothingSpread, type SmoothLabelsOptions, smoothLabels } from './regularizers/labelSmoothing';
export { mixup } from './regularizers/mixup';
export { type MutualInformationOptions, mutualInformation } from './regularizers/mutualInformation';
export {
  type LabelKlDirection,
  type SmoothedLabelKlArguments,
  smoothedLabelKl,
} from './regularizers/smoothedLabelKl';
export {
  type AdversarialOptions,
  type AdversarialPhase,
  type AdversarialPhaseName,
  adversarial,
} from './training/adversarial';
export type { BatchEnd, Callbacks, TrainingPlan } from './training/callbacks';
export type { Resumed, WrittenBy } from './training/checkpoint/resumed';
export { type EncodedBatchesOptions, encodedBatches } from './training/encodedBatches';
export type { Executor } from './training/executor';
export type { CrossValidation, FitChoice } from './training/fit/compare';
export { type FitReport, fit } from './training/fit/fit';
export type { FitSource } from './training/fit/learn';
export type { FitOptions, FitProgress, FitSplit } from './training/fit/options';
export { type Recipe, type RecipeModel, type RecipeOptions, recipeOf } from './training/fit/recipe';
export type { HistoryRow, TrainResult } from './training/history';
export type { InputSummary } from './training/inputSummary';
export type { LossWeights } from './training/loss';
export { type AdamOptions, createAdam } from './training/optimizer/adam';
export { createEma, type Ema, type EmaOptions } from './training/optimizer/ema';
export type { Optimizer, OptimizerState } from './training/optimizer/optimizer';
export type {
  CheckpointOptions,
  EarlyStopping,
  NonFinitePolicy,
  Resume,
  StepOptions,
  TrainOptions,
} from './training/options';
export type { SearchOptions, SearchProgress, SearchRun } from './training/search/options';
export type { SearchOutcome } from './training/search/runs';
export type { Judged, SearchScore } from './training/search/score';
export { type SearchResult, type SearchTrial, search } from './training/search/search';
export { type SearchRunOptions, searchRun } from './training/search/searchRun';
export { modelOptionsOf, recipeWith } from './training/search/settings';
export type { SearchRange, SearchSettings, SearchSpace } from './training/search/space';
export { type Execute, executeEagerly, type StepOutput, type StepWork } from './training/step';
export { train } from './training/train';
export { type StepResult, type TrainingStepsOptions, trainingSteps } from './training/trainingSteps';
