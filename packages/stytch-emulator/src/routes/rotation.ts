import type { ClientSecrets } from '../clients/entities.ts'
import { endRotation, type RotationErrors, startRotation } from '../clients/secrets.ts'
import type { Emulation, Project } from '../emulation.ts'
import { type Endpoint, type EndpointName, endpoint } from '../endpoint.ts'
import { string } from '../fields.ts'

/** A kind of client whose secrets can be replaced while it goes on working. */
interface Rotating<C> {
  /** The path of one client. */
  readonly path: string
  /** The part of the SDK's client that has the methods. */
  readonly sdk: string
  readonly clients: Endpoint['clients']
  /** The name of the client in answers. */
  readonly answer: string
  readonly errors: RotationErrors
  find(project: Project, clientId: string): C
  secretsOf(client: C): ClientSecrets
  save(emulation: Emulation, client: C, secrets: ClientSecrets): C
  show(client: C): object
  /** The same beside the secret itself. */
  showWithSecret(client: C): object
}

/** Start, complete and cancel the rotation of a client's secret. */
export function rotationEndpoints<C>(kind: Rotating<C>): readonly Endpoint[] {
  const { clients, answer, errors } = kind
  const name = (path: string, method: string): EndpointName => ({
    method: 'POST',
    path: `${kind.path}/secrets/rotate${path}`,
    sdk: `${kind.sdk}.secrets.${method}`,
    clients,
  })
  const ends = [
    ['', 'rotate', 'complete'],
    ['/cancel', 'rotateCancel', 'cancel'],
  ] as const
  return [
    endpoint(
      name('/start', 'rotateStart'),
      { client_id: string },
      {
        run(call) {
          const client = kind.find(call.project, call.fields.client_id)
          const secrets = startRotation(call, kind.secretsOf(client), errors)
          const shown = kind.showWithSecret(kind.save(call, client, secrets))
          return { [answer]: { ...shown, next_client_secret: secrets.next } }
        },
      },
    ),
    ...ends.map(([path, method, end]) =>
      endpoint(
        name(path, method),
        { client_id: string },
        {
          run(call) {
            const client = kind.find(call.project, call.fields.client_id)
            const secrets = endRotation(kind.secretsOf(client), end, errors)
            return { [answer]: kind.show(kind.save(call, client, secrets)) }
          },
        },
      ),
    ),
  ]
}
