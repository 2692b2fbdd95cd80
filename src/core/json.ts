/** JSON values: what a model's spec and a checkpoint's metadata are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
