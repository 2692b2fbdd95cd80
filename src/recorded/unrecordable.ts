/** A step that cannot be recorded: it is run operation by operation instead, and the reason is told. */
export class Unrecordable extends Error {}
