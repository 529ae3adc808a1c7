import type { ExplainedDecision } from '../decision-log.ts'
import { type Html, html } from '../html.ts'
import { explained } from './explanation.ts'
import type { Frame } from './layout.ts'

/** Whether the member may do something, and in development why not. */
export interface Permission {
  readonly allowed: boolean
  /** What the button of the action says. */
  readonly label: string
  /** The decision that denied it; only in development. */
  readonly why?: ExplainedDecision | undefined
}

/**
 * What may be done is a control. What may not is absent for users; developers see it disabled, with
 * the reason in reach.
 */
export function actionItem(frame: Frame, permission: Permission, control: Html): Html | undefined {
  if (permission.allowed) return html`<li>${control}</li>`
  if (!frame.development) return undefined
  return html`<li><button disabled>${permission.label}</button>${whyNot(permission)}</li>`
}

function whyNot({ why, label }: Permission): Html | undefined {
  if (why === undefined) return undefined
  return html`<details class="why"><summary>Why not<span class="visually-hidden"> ${label.toLowerCase()}</span>?</summary>
${explained(why.explanation)}
<p class="hint"><a href="/decisions/${why.record.id}">The decision record</a></p></details>`
}
