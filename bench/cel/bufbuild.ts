import {
  type CelList,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  celMethod,
  isCelError,
  listType,
  objectType,
  parse,
  plan,
} from '@bufbuild/cel'
import { TimestampSchema, timestampFromDate } from '@bufbuild/protobuf/wkt'

import type { Contender } from './contenders.ts'
import type { Corpus } from './corpus.ts'

const LIST = listType(CelScalar.DYN)

/**
 * `@bufbuild/cel`, with the functions of Cerbos that the conditions call. It has no opaque types:
 * a hierarchy is a list of its parts. It takes plain JSON, which it wraps as it reads.
 */
export function bufbuild({ now }: Corpus): Contender {
  const timestamp = timestampFromDate(now)
  const env = celEnv({
    funcs: [
      celFunc('now', [], objectType(TimestampSchema), () => timestamp),
      celFunc('hasIntersection', [LIST, LIST], CelScalar.BOOL, intersects),
      celFunc('hierarchy', [CelScalar.STRING], LIST, (text) => text.split('.')),
      celMethod('descendentOf', LIST, [LIST], CelScalar.BOOL, isBelow),
    ],
  })
  return {
    name: 'bufbuild',
    prepare: ({ principal, resource }) => ({ P: principal, R: resource }),
    compile(source) {
      try {
        const run = plan(env, parse(source))
        return (input) => {
          const result = run(input)
          return isCelError(result) ? undefined : result
        }
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
  }
}

function intersects(left: CelList, right: CelList): boolean {
  const known = new Set<CelValue>(right)
  for (const each of left) if (known.has(each)) return true
  return false
}

function isBelow(this: CelList, above: CelList): boolean {
  if (this.size <= above.size) return false
  let i = 0
  for (const part of above) if (this.get(i++) !== part) return false
  return true
}
