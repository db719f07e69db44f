import { Button, Modal } from '@mantine/core'
import { FormProblem } from './FormProblem'
import type { FormDialogProps } from './dialog'
import css from './FormDialog.module.css'
import { FormField } from './FormField'
import { StaleNote } from './StaleNote'
import { useProblemForm } from './useProblemForm'

/** Asks what a command needs, sends it, and closes when it is done. Enter sends, Escape leaves. */
export default function FormDialogBody({ title, intro, fields, start = {}, action, danger, watched, send, onClose }: FormDialogProps) {
  const { form, submit, problem, rest, sending } = useProblemForm(fields, start, async (values, once) => {
    const after = await send(values, once)
    onClose()
    if (typeof after === 'function') after()
  })
  const said = form.watch()
  const asked = fields.filter((spec) => spec.when?.(said) ?? true)
  return (
    <Modal opened onClose={onClose} title={title} size={fields.length > 3 ? 'lg' : 'md'} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={(event) => void submit(event)} noValidate className="stack">
        {intro && <div className="soft">{intro}</div>}
        {asked.length > 0 && (
          <div className={css.fields}>
            {asked.map((spec, index) => (
              <div key={spec.name} className={fields.length <= 3 || spec.wide || spec.kind === 'long' ? css.wide : undefined}>
                <FormField spec={spec} control={form.control} first={index === 0} />
              </div>
            ))}
          </div>
        )}
        {/* Beside the button that was pressed: above a long form nobody would see it. */}
        {problem?.status === 412 && watched ? (
          <StaleNote watched={watched} onLeave={onClose} />
        ) : (
          problem && <FormProblem problem={problem} rest={rest} />
        )}
        <div className={css.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={sending} color={danger ? 'red' : undefined} data-autofocus={fields.length === 0 || undefined}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
