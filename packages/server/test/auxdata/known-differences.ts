/** Why we refuse a token that Cerbos accepts. */
export interface KnownDifference {
  readonly reason: string
  /** Whether it is refused where verification is disabled, too. */
  readonly always: boolean
}

/** Tokens that Cerbos accepts and we refuse, by title. There are none the other way round. */
export const REFUSED_BY_US: ReadonlyMap<string, KnownDifference> = new Map([
  ...verified('the token must say how it is signed, and truly; Cerbos goes by the key alone', [
    'alg none with a good signature',
    'no alg in the token',
    "another alg in the token, signed by the key's",
    'inferred: no alg in the token',
    'inferred: no alg in the token, ES256',
    'unnamed: no alg in the token',
    'insecure: no alg in the token',
  ]),
  ...verified('an ECDSA algorithm belongs to one curve (RFC 7518, 3.4)', [
    'inferred: ES384 of P-256',
  ]),
  ...always('what `crit` names must be understood (RFC 7515, 4.1.11)', [
    'crit',
    'b64 true in crit',
    'an empty crit',
  ]),
  ...always('base64url has one spelling', [
    'a padded signature',
    'white space inside',
    'base64 instead of base64url',
  ]),
  ...always('claims are one JSON object in UTF-8', [
    'claims with text after',
    'claims with JSON after',
    'bytes that are no UTF-8',
  ]),
  ...always('claims have a bounded depth', ['claims nested 9000 deep']),
  ...always('a time that a Date cannot hold is none', ['expiry 1e15', 'expiry 1e18']),
  ...always('a token is a JWT in the compact form', ['flattened JSON', 'bare claims']),
])

type Row = readonly [string, KnownDifference]

function always(reason: string, titles: readonly string[]): readonly Row[] {
  return titles.map((title) => [title, { reason, always: true }])
}

function verified(reason: string, titles: readonly string[]): readonly Row[] {
  return titles.map((title) => [title, { reason, always: false }])
}
