import type { InspectedPolicy } from '@lockstitch/policy'

import type { Plain } from '../compare.ts'

/** An inspected policy in the words of Cerbos's answer, in which what is empty is left out. */
export function plainResult(policy: InspectedPolicy): { readonly [field: string]: Plain } {
  const named = <Name extends { kind: string; used?: boolean }>({ kind, used, ...rest }: Name) => ({
    ...rest,
    kind: `KIND_${kind.toUpperCase()}`,
    used: used || undefined,
  })
  const { file, actions, attributes, derivedRoles, variables, constants } = policy
  const lists = {
    actions,
    attributes: attributes.map(({ name, owner }) => {
      return { name, kind: `KIND_${owner.toUpperCase()}_ATTRIBUTE` }
    }),
    derivedRoles: derivedRoles.map(named),
    variables: variables.map(named).map(({ value = 'null', ...rest }) => ({ ...rest, value })),
    constants: constants.map(named),
  }
  const filled = Object.entries(lists).filter(([, list]) => list.length > 0)
  return { policyId: file, ...Object.fromEntries<Plain>(filled) }
}

/** The order of attributes means nothing: Cerbos sorts some by kind and some by name. */
export function comparable(result: Plain): Plain {
  const { attributes = [], ...rest } = result as { readonly attributes?: readonly Plain[] }
  return { ...rest, attributes: attributes.map((each) => JSON.stringify(sortedKeys(each))).sort() }
}

function sortedKeys(value: Plain): Plain {
  return Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)))
}
