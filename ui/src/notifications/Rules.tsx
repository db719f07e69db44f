import { Button, Code, CopyButton } from '@mantine/core'
import { useState } from 'react'
import { asProblem } from '~/api/problem'
import type { Rule } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { StateBadge, Tag } from '~/shared/StateBadge'
import { Empty, Loaded } from '~/shared/states'
import { MoreMenu } from '~/shared/MoreMenu'
import { FormDialog } from '~/shared/form/FormDialog'
import { say } from '~/shared/undo'
import { eventWord } from '~/shared/words'
import { useRuleCommand, useRules } from './api'
import css from './Notifications.module.css'
import { RuleDialog } from './RuleDialog'

export function Rules() {
  const query = useRules()
  const mayChange = useMayChange()
  const [editing, setEditing] = useState<Rule | 'new' | null>(null)
  return (
    <section className="panel" aria-labelledby="rules">
      <div className="panel-head">
        <h2 id="rules">Rules</h2>
        {mayChange && <Button size="xs" onClick={() => setEditing('new')}>New rule</Button>}
      </div>
      <Loaded query={query}>
        {({ items: rules }) => {
          if (rules.length === 0) return <Empty title="No rules yet">A rule says which events are told to whom: in the inbox here, or to another system by a signed webhook.</Empty>
          return rules.map((rule) => <RuleRow key={rule.id} rule={rule} mayChange={mayChange} onEdit={() => setEditing(rule)} />)
        }}
      </Loaded>
      {editing && <RuleDialog rule={editing === 'new' ? undefined : editing} onClose={() => setEditing(null)} />}
    </section>
  )
}

function RuleRow({ rule, mayChange, onEdit }: { rule: Rule; mayChange: boolean; onEdit: () => void }) {
  const { turn } = useRuleCommand()
  const [shown, setShown] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const go = (verb: 'pause' | 'resume') =>
    void turn(rule.id, verb).catch((error: unknown) => say(asProblem(error).message, 'bad'))
  return (
    <div className={css.rule}>
      <div className="row-between">
        <span className="row">
          <strong>{rule.name}</strong>
          <StateBadge state={rule.state} />
        </span>
        {mayChange && (
          <span className="row">
            <Button size="compact-sm" variant="default" onClick={onEdit} aria-label={`Change ${rule.name}`}>Change</Button>
            <MoreMenu
              size="compact-sm"
              name={`More for ${rule.name}`}
              entries={[
                rule.state === 'active' ? { label: 'Pause', onSelect: () => go('pause') } : { label: 'Resume', onSelect: () => go('resume') },
                { label: 'Delete', danger: true, onSelect: () => setDeleting(true) },
              ]}
            />
          </span>
        )}
      </div>
      <div className={css.events}>
        {rule.event_types.map((name) => <Tag key={name} tone="neutral">{eventWord(name)}</Tag>)}
      </div>
      <div className="soft" style={{ fontSize: '0.88rem', overflowWrap: 'anywhere' }}>
        {rule.channel === 'webhook' ? `To ${rule.url}` : `Inbox${rule.recipient ? ` of ${rule.recipient}` : ''}`}
        {rule.project && `, project ${rule.project}`}, {rule.urgency} urgency
      </div>
      {deleting && (
        <FormDialog
          title={`Delete ${rule.name}`}
          intro={`Nothing new is told by it, and it cannot be brought back; what is on its way is still sent${rule.secret ? '. A rule that is made anew has another signing secret' : ''}. “Pause” stops it for a while.`}
          fields={[]}
          action="Delete"
          danger
          onClose={() => setDeleting(false)}
          send={(_, once) => turn(rule.id, 'delete', once)}
        />
      )}
      {rule.secret && (
        <div className="row" style={{ fontSize: '0.88rem' }}>
          <span className="soft">Signing secret</span>
          {shown && <Code>{rule.secret}</Code>}
          <Button size="compact-sm" variant="subtle" onClick={() => setShown(!shown)} aria-expanded={shown}>{shown ? 'Hide' : 'Show'}</Button>
          <CopyButton value={rule.secret}>
            {({ copied, copy }) => <Button size="compact-sm" variant="subtle" onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
          </CopyButton>
        </div>
      )}
    </div>
  )
}
