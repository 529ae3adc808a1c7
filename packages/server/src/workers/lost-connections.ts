import type { ChildProcess, Serializable } from 'node:child_process'

/** A connection on its way to a worker. */
interface Handle {
  close(): void
}

/** What Node's cluster says to a worker with a connection, and the worker to it. */
interface ClusterMessage {
  readonly act?: unknown
  readonly seq?: unknown
  readonly ack?: unknown
}

/**
 * Closes the connections that a worker had been given when it died. Node's cluster forgets them, and
 * whoever made them would wait for ever. What its parts say to each other is not in its documentation;
 * where that changes, nothing is closed here.
 */
export function closeLostConnections(child: ChildProcess): void {
  const given = new Map<unknown, Handle>()
  const send = child.send.bind(child) as (...args: readonly unknown[]) => boolean
  child.send = (message: Serializable, handle?: unknown, ...rest: readonly unknown[]): boolean => {
    const { act, seq } = (typeof message === 'object' ? message : {}) as ClusterMessage
    if (act === 'newconn' && isHandle(handle)) given.set(seq, handle)
    return send(message, handle, ...rest)
  }
  child.on('internalMessage', ({ ack }: ClusterMessage) => given.delete(ack))
  child.once('exit', () => {
    for (const handle of given.values()) handle.close()
    given.clear()
  })
}

function isHandle(handle: unknown): handle is Handle {
  return typeof handle === 'object' && handle !== null && 'close' in handle
}
