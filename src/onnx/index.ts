/**
 * Models as ONNX files, for ONNX Runtime in any language, and in a page without this library.
 *
 * @module ssvae/onnx
 */
export { type ExportOnnxOptions, exportOnnx } from './exportOnnx';
