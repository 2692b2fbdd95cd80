import { describe, expect, it } from 'vitest';
import { classOfFolder } from '../../src/data/imageNames';

describe('the class of a file', () => {
  it('is the uppermost folder, and none in `unlabeled`', () => {
    expect(classOfFolder('imageFolder', 'cat/small/1.png')).toBe('cat');
    expect(classOfFolder('imageFolder', 'unlabeled/1.png')).toBeUndefined();
  });

  it.each(['Unlabeled', 'unlabelled', 'UNLABELLED'])('is not %s, which means no class', (folder) => {
    expect(() => classOfFolder('imageFolder', `${folder}/1.png`)).toThrow(
      `imageFolder: the folder "${folder}" would be a class, needed the name unlabeled where its images have none, or another name`,
    );
  });
});
