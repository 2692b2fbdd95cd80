/** A step that cannot be recorded: it is run operation by operation instead, and the reason is reported. */
export class Unrecordable extends Error {}
