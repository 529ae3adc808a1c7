import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'

import type { PackedPackage } from './packed-packages.ts'

/** A registry of npm's on this machine. */
export interface PackedRegistry {
  readonly url: string
  close(): void
}

/**
 * Serves packed packages as if they had been published, so that `npm install` can be run as users run
 * it. For everything else it sends npm to the registry that it would have asked.
 */
export async function startPackedRegistry(
  packages: readonly PackedPackage[],
  upstream: string,
): Promise<PackedRegistry> {
  const byName = new Map(packages.map((each) => [each.manifest.name, each]))
  const byTarball = new Map(packages.map((each) => [`/${basename(each.tarball)}`, each.tarball]))
  let url = ''
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', url).pathname)
    const tarball = byTarball.get(path)
    const packed = byName.get(path.slice(1))
    if (tarball !== undefined) response.end(readFileSync(tarball))
    else if (packed !== undefined) sendPackument(response, packed, url)
    else response.writeHead(302, { location: new URL(`.${request.url}`, upstream).href }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function sendPackument(
  response: ServerResponse,
  { manifest, tarball }: PackedPackage,
  url: string,
): void {
  const { name, version } = manifest
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
  const dist = { tarball: `${url}/${basename(tarball)}`, integrity }
  const packument = {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist } },
  }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(packument))
}
