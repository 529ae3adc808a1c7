import type { AnyRequest, Authz, Identity, RequestAuthz } from '@lockstitch/guard'

/**
 * The same questions for the whole of a request: the guard, the handler and the page's header then
 * find out only once who is asking.
 */
export function sessionAuthz<I extends Identity>(authz: Authz<I>): Authz<I> {
  const asked = new WeakMap<AnyRequest, RequestAuthz<I>>()
  return {
    for(request) {
      const known = asked.get(request)
      if (known !== undefined) return known
      const questions = authz.for(request)
      asked.set(request, questions)
      return questions
    },
  }
}
