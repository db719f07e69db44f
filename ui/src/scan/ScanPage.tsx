import { Button, Switch, TextInput } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { useMayChange } from '~/app/Banners'
import { Page } from '~/shared/Page'
import { Empty } from '~/shared/states'
import { Tag } from '~/shared/StateBadge'
import { stripAim } from './burst'
import { verbs, verbWords } from './cards'
import { ScanLog } from './ScanLog'
import css from './Scan.module.css'
import { prompt } from './station'
import { useScanner } from './useScanner'
import { useStation } from './useStation'

export default function ScanPage() {
  const mayChange = useMayChange()
  return (
    <Page title="Scan station" actions={<Button variant="default" renderRoot={(props) => <Link to="/scan/cards" {...props} />}>Command cards</Button>}>
      {mayChange ? <Station /> : <div className="panel"><Empty title="Nothing can be changed here">The page shows the past, or this node is read-only.</Empty></div>}
    </Page>
  )
}

function Station() {
  const [loud, setLoud] = useLocalStorage({ key: 'tracseq.sound', defaultValue: true })
  const [purpose, setPurpose] = useLocalStorage({ key: 'tracseq.purpose', defaultValue: 'library preparation' })
  const { station, said, items, scan, refuse, choose, command, undo, forget } = useStation(purpose, loud)
  const [typed, setTyped] = useState('')
  useScanner(scan, refuse)
  const waiting = items.filter((item) => item.status === 'waiting').length
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const label = stripAim(typed).trim()
    setTyped('')
    if (label) scan(label)
  }
  return (
    <div className="split">
      <div className="stack">
        <div className={css.verbs} role="group" aria-label="What to do">
          {verbs.map((verb) => (
            <button key={verb} type="button" className={css.verb} aria-pressed={station.verb === verb} onClick={() => choose(verb)}>
              <strong>{verbWords[verb].label}</strong>
              <span>{verbWords[verb].hint}</span>
            </button>
          ))}
        </div>
        <div className={css.stage}>
          <h2 className={css.prompt} aria-live="polite">{prompt(station)}</h2>
          {station.verb === 'take-out' && <TextInput label="What are they taken out for?" value={purpose} onChange={(event) => setPurpose(event.currentTarget.value)} />}
          <div className={css.said} data-tone={said?.tone ?? 'calm'} role="status" aria-live="assertive">
            {said?.words ?? 'Nothing scanned yet.'}
            {said?.expected && (
              <dl className={css.compare}>
                <div><dt>Expected</dt><dd>{said.expected}</dd></div>
                <div><dt>Found</dt><dd>{said.found}</dd></div>
              </dl>
            )}
          </div>
          <form onSubmit={submit}>
            <TextInput label="Scan or type, then Enter" description="Scanning works anywhere on this page, the field need not be chosen." value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-scan-field autoComplete="off" size="md" />
          </form>
          <div className="row">
            <Button variant="default" onClick={() => command('confirm')}>Confirm</Button>
            <Button variant="default" onClick={() => command('undo')}>Undo</Button>
            <Button variant="default" onClick={() => command('next')}>Next</Button>
            <Switch label="Beep" checked={loud} onChange={(event) => setLoud(event.currentTarget.checked)} ml="auto" />
          </div>
        </div>
      </div>
      <section className="panel" aria-labelledby="scans">
        <div className="panel-head">
          <h2 id="scans">Scans</h2>
          {waiting > 0 && <Tag tone="warn">{waiting} waiting</Tag>}
        </div>
        <ScanLog items={items} onUndo={undo} onForget={forget} />
      </section>
    </div>
  )
}
