import type { Report } from '../diagnostics.ts'
import type { PolicyDocument } from '../document.ts'

/** A step of linking that is about one document. */
interface LinkStep {
  readonly step: 'values' | 'expressions' | 'roles' | 'policy'
  readonly document: PolicyDocument
  /** What it reads besides the document, each of which is another value when it says something else. */
  readonly given: readonly unknown[]
}

/** What is known of the sets that were linked before. */
export interface LinkMemory {
  /** What a step comes to; what it came to before where nothing that it reads has changed. */
  recall<Linked>(step: LinkStep, report: Report, link: (report: Report) => Linked): Linked
}

/** Knows nothing, and learns nothing. */
export const NO_MEMORY: LinkMemory = { recall: (_, report, link) => link(report) }

interface Known {
  readonly given: readonly unknown[]
  readonly linked: unknown
}

/**
 * A memory for sets that follow each other. What a step has reported something about is done each time:
 * findings tell of other documents too, such as the one whose name is near.
 */
export function createLinkMemory(): LinkMemory {
  const steps = new Map<LinkStep['step'], WeakMap<PolicyDocument, Known>>()
  return {
    recall<Linked>(
      { step, document, given }: LinkStep,
      report: Report,
      link: (report: Report) => Linked,
    ): Linked {
      const documents = steps.get(step) ?? new WeakMap<PolicyDocument, Known>()
      steps.set(step, documents)
      const known = documents.get(document)
      // The values of a step have the type of the step.
      if (known !== undefined && isEqual(known.given, given)) return known.linked as Linked
      let reports = 0
      const linked = link((code, ...rest) => {
        reports += 1
        report(code, ...rest)
      })
      if (reports === 0) documents.set(document, { given, linked })
      else documents.delete(document)
      return linked
    },
  }
}

function isEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index])
}
