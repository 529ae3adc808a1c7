import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Server as TlsServer } from 'node:tls'

import type { Log } from '../log.ts'

/** The files of a certificate, all in PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
  /** Where it is given, clients need a certificate that it has signed. */
  readonly caCert?: string
}

interface TlsContext {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca?: Buffer
}

/** What a TLS server is made with. Throws where a file cannot be read. */
export function readTls({ cert, key, caCert }: TlsFiles): TlsContext {
  return {
    cert: readFileSync(cert),
    key: readFileSync(key),
    ...(caCert !== undefined && { ca: readFileSync(caCert) }),
  }
}

/** Who may connect, by its certificate. */
export function clientRules({ caCert }: TlsFiles): {
  readonly requestCert: boolean
  readonly rejectUnauthorized: boolean
} {
  return { requestCert: caCert !== undefined, rejectUnauthorized: caCert !== undefined }
}

/**
 * Gives servers the new certificate when its files change. One that cannot be used is reported, and the
 * one before stays in force.
 */
export function watchTls(files: TlsFiles, servers: readonly TlsServer[], log: Log): () => void {
  const paths = [files.cert, files.key, ...(files.caCert === undefined ? [] : [files.caCert])]
  const reload = (): void => {
    try {
      const context = readTls(files)
      for (const server of servers) server.setSecureContext(context)
      log.info('the certificate was read again')
    } catch (error) {
      log.error('the certificate cannot be read again', { reason: String(error) })
    }
  }
  // Looks at them from time to time: what mounts secrets swaps folders, which no event tells.
  for (const path of paths) watchFile(path, { interval: 1_000, persistent: false }, reload)
  return () => {
    for (const path of paths) unwatchFile(path, reload)
  }
}
