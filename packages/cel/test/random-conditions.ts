import fc from 'fast-check'

// biome-ignore format: a table
const ATOMS = [
  '1', '2u', '1.5', '"a"', 'b"a"', 'true', 'null', '[]', '{}', '[1]', '["a"]', '[1, "a"]', '[null]', '[[]]', '[{}]',
  '{"a": 1}', '{1: "a"}', '{"a": [1]}', 'R', 'P', 'G', 'R.attr', 'R.attr.x', 'R.id', 'P.roles', 'x', 'y',
  'request.auxData', 'request.auxData.jwts', 'runtime.effectiveDerivedRoles', 'now()', 'duration("1h")', 'dyn(1)',
  'type(1)', 'int', 'list', 'string', '[R]', '[now()]', 'optional.none()', 'optional.of(1)', 'optional.of("a")',
  'optional.of(R.attr.x)', 'optional.of([])', '[optional.of(1)]', '{"a": optional.of(1)}',
]
const BINARY = ['&&', '||', '==', '!=', '<', '>=', 'in', '+', '-', '*', '/', '%']
// biome-ignore format: a table
const FUNCTIONS = [
  'size', 'int', 'uint', 'double', 'string', 'bool', 'bytes', 'type', 'dyn', 'timestamp', 'duration', 'timeSince',
  'optional.of', 'optional.ofNonZeroValue', 'id', 'json.encode', 'base64.encode', 'lists.range', 'math.abs', '!', '-',
]
// biome-ignore format: a table
const METHODS = [
  'size', 'value', 'hasValue', 'first', 'last', 'flatten', 'distinct', 'reverse', 'getHours', 'trim', 'join',
]
// biome-ignore format: a table
const METHODS_OF_TWO = [
  'orValue', 'or', 'contains', 'intersect', 'except', 'isSubset', 'getHours', 'split', 'join', 'matches',
]
const FIELDS = ['a', 'attr', 'id', 'x', 'size']

/** Conditions of random shape, most of them with a type error. */
export function randomConditions(): fc.Arbitrary<string> {
  const { condition } = fc.letrec<{ condition: string }>((tie) => {
    const any = tie('condition')
    const from = (...parts: (fc.Arbitrary<string> | string)[]): fc.Arbitrary<string> =>
      fc
        .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
        .map((texts) => texts.join(''))
    const one = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts)
    const variable = one(['x', 'y'])
    return {
      condition: fc.oneof(
        { maxDepth: 3, depthSize: 'medium' },
        { weight: 3, arbitrary: one(ATOMS) },
        from('(', any, ' ', one(BINARY), ' ', any, ')'),
        from('(', any, ' ? ', any, ' : ', any, ')'),
        from('(', any, ').', one(FIELDS)),
        from('has((', any, ').', one(FIELDS), ')'),
        from('(', any, ').?', one(FIELDS)),
        from('(', any, ')[', one(['', '?']), any, ']'),
        from(
          '(',
          any,
          ').',
          one(['all', 'exists', 'exists_one', 'filter', 'map']),
          '(',
          variable,
          ', ',
          any,
          ')',
        ),
        from('(', any, ').map(', variable, ', ', any, ', ', any, ')'),
        from(
          '(',
          any,
          ').',
          one(['all', 'exists', 'existsOne', 'transformList']),
          '(x, y, ',
          any,
          ')',
        ),
        from('cel.bind(', variable, ', ', any, ', ', any, ')'),
        from(one(FUNCTIONS), '(', any, ')'),
        from('(', any, ').', one(METHODS), '()'),
        from('(', any, ').', one(METHODS_OF_TWO), '(', any, ')'),
        from('hasIntersection(', any, ', ', any, ')'),
        from('[', any, ', ', one(['', '?']), any, ']'),
        from('{', any, ': ', any, ', ', one(['', '?']), any, ': ', any, '}'),
      ),
    }
  })
  return condition
}
