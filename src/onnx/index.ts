/**
 * Models as ONNX files, for ONNX Runtime in any language, and in a page without this library.
 *
 * @packageDocumentation
 */
export { type ExportOnnxOptions, exportOnnx } from './exportOnnx';
