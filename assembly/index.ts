export { adam } from './adam';
export { add, divide, maximum, minimum, multiply, subtract } from './binary';
export { convolutionScratch, convolve, filterGradient, inputGradient } from './convolution';
export { copyBox, fill, tile } from './copy';
export { product, productScratch } from './product';
export { sum } from './sum';
export { abs, exp, log, log1p, neg, relu, sigmoid, softplus, sqrt, square, step } from './unary';
