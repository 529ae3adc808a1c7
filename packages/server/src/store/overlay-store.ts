import type { Store, StoreContents } from './store.ts'

/** Two stores, and when the second takes the place of the first. */
export interface OverlayStoreOptions {
  /** Opens the store that is to be used. */
  readonly base: () => Store
  /** Opens the store for when the base cannot be read. */
  readonly fallback: () => Store
  /** How often the base must fail within the window before the fallback is used; 5 unless given. */
  readonly fallbackErrorThreshold?: number
  /** In milliseconds; 5 minutes unless given. */
  readonly fallbackErrorWindow?: number
  /** Told that the other store is used from now on, and why where it is the fallback. */
  readonly onSwitch?: (to: { readonly driver: string; readonly reason?: string }) => void
  readonly clock?: () => number
}

/**
 * A store with another for when it cannot be read. At the start the fallback is used at once; afterwards
 * the policies in force stay until the base has failed often enough, since they are the newest known.
 * The base is used again as soon as it can be read. Neither needs the other to be there: what cannot be
 * opened is opened when it is read.
 */
export function overlayStore(options: OverlayStoreOptions): Store {
  const {
    fallbackErrorThreshold: threshold = 5,
    fallbackErrorWindow: window = 300_000,
    onSwitch,
    clock = Date.now,
  } = options
  const base = openedLate(options.base)
  const fallback = openedLate(options.fallback)
  let inUse: OpenedLate | undefined
  let contents: StoreContents | undefined
  let failures: readonly number[] = []

  function use(store: OpenedLate, next: StoreContents, reason?: string): void {
    const isSwitch = store !== inUse && (store === fallback || inUse !== undefined)
    inUse = store
    contents = next
    if (isSwitch) onSwitch?.({ driver: next.driver, ...(reason !== undefined && { reason }) })
  }

  async function refresh(): Promise<void> {
    try {
      use(base, await base.fresh())
      failures = []
    } catch (error) {
      const now = clock()
      failures = [...failures.filter((at) => now - at < window), now]
      const isKept = inUse === base && failures.length < threshold
      if (isKept) throw error
      const reason = messageOf(error)
      const next = await fallback.fresh().catch((cause: unknown) => {
        throw new Error(`${reason}; and the fallback: ${messageOf(cause)}`, { cause })
      })
      use(fallback, next, reason)
    }
  }

  return {
    driver: 'overlay',
    refresh,
    async read() {
      if (contents === undefined) await refresh()
      if (contents === undefined) throw new Error('the overlay has no store')
      return contents
    },
    watch(onChange) {
      const stopBase = base.watch(onChange)
      const stopFallback = fallback.watch(() => {
        if (inUse === fallback) onChange()
      })
      // A base that nobody watches would never be seen to come back, nor to fail often enough.
      const again = setInterval(() => {
        if (inUse === fallback || failures.length > 0) onChange()
      }, window / threshold).unref()
      return () => {
        clearInterval(again)
        stopBase()
        stopFallback()
      }
    },
    close() {
      base.close()
      fallback.close()
    },
  }
}

interface OpenedLate {
  /** What the store has now. */
  fresh(): Promise<StoreContents>
  /** Watches the store from when it is open. */
  watch(onChange: () => void): () => void
  close(): void
}

function openedLate(open: () => Store): OpenedLate {
  let store: Store | undefined
  let onChange: (() => void) | undefined
  let stop: (() => void) | undefined
  const watchIfOpen = (): void => {
    if (onChange && !stop) stop = store?.watch?.(onChange)
  }
  return {
    async fresh() {
      if (store === undefined) {
        store = open()
        watchIfOpen()
      }
      await store.refresh?.()
      return store.read()
    },
    watch(told) {
      onChange = told
      watchIfOpen()
      return () => {
        onChange = undefined
        stop?.()
      }
    },
    close() {
      stop?.()
      store?.close()
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
