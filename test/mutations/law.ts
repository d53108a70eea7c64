// What a proof must bring to have its rules mutated: the random cases of its law, what it claims of each, and whether that is so.

/** `kind`: which of the law's kinds of random SELECTs it is. */
export type Case = { readonly kind: string; readonly sql: string };

/**
 * What a proof says of a case, as a text; '' where it says nothing, or refuses it. Two versions of the proof say the same by the
 * same text.
 */
export type Claims<C extends Case> = (proved: C) => string | Promise<string>;

/** `utmost`: the claim beyond which the proof has none, if there is one. */
export type Law<C extends Case> = {
  readonly cases: readonly C[];
  readonly utmost?: string;
  /** The proof in a `lib` folder: the real one, or a mutant. */
  claims(lib: string): Promise<Claims<C>>;
  /** Whether the engine's rows show that a claim, which is not '', is false. The same question may come again. */
  isFalse(claimed: C, claim: string): Promise<boolean>;
  close(): void;
};
