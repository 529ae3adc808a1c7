import type { Report } from '../diagnostics.ts'
import type { PolicyDocument } from '../document.ts'

/** Checks one document on its own. It reports everything it finds and never throws. */
export type ValidationRule = (document: PolicyDocument, report: Report) => void
