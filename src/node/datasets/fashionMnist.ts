/** Fashion-MNIST: 70,000 pieces of clothing of 28 × 28 gray pixels, a download of 30 MB from its authors. */
import { idxImages } from './idxImages';

/** Fashion-MNIST. */
export const fashionMnist = idxImages({
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  baseUrl: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  sha256: {
    train: {
      images: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      labels: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    },
    test: {
      images: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      labels: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    },
  },
});
