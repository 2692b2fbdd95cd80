/** Peak memory of this process. */

/** The most bytes that the process has held so far, as the system counts them. */
export const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;

/** Bytes in words. */
export const inMiB = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
