/** One call by its signature in the witx: i32 parameters come as signed numbers, i64 ones as signed bigints. */
export type Call = (...args: never[]) => number;
/** Calls by their names in the witx. */
export type Calls = Readonly<Record<string, Call>>;
