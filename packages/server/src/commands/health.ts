import { CommandError } from '../errors.ts'
import type { Pdp } from '../pdp.ts'

/** Whether a service of the API answers. Without a name, the whole server is meant. */
export function serviceStatus(
  pdp: Pdp,
  service: string,
  services: ReadonlySet<string>,
): 'SERVING' | 'NOT_SERVING' {
  if (service !== '' && !services.has(service))
    throw new CommandError('not-found', 'unknown service')
  return pdp.isServing() && !pdp.engine.isClosed ? 'SERVING' : 'NOT_SERVING'
}
