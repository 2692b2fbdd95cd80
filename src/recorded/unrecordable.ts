/** A step that cannot be recorded. It runs operation by operation, and the message is the reason. */
export class Unrecordable extends Error {}
