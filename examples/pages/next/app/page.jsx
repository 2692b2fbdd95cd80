// A page of Next.js that trains. Copy the folder app into a project of Next.js, and the .wasm files of
// @tensorflow/tfjs-backend-wasm/dist into its public/wasm. Then run npx next dev, or npx next build.
import Digits from './Digits';

export default function Page() {
  return <Digits />;
}
