/** A Vulkan device for machines without a GPU. */
import { existsSync } from 'node:fs';

const CHROMIUM = '/usr/lib/chromium';
const SWIFTSHADER = `${CHROMIUM}/vk_swiftshader_icd.json`;

/** Environment in which WebGPU finds the device in software of Debian's chromium package; nothing where there is a GPU. */
export const softwareVulkan = (): Readonly<Record<string, string>> =>
  process.env.VK_ICD_FILENAMES === undefined && existsSync(SWIFTSHADER) && !existsSync('/dev/dri')
    ? {
        VK_ICD_FILENAMES: SWIFTSHADER,
        LD_LIBRARY_PATH: [CHROMIUM, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      }
    : {};
