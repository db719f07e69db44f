import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { StateBadge } from '~/shared/StateBadge'
import css from './Home.module.css'

/** What a laboratory without samples says: three things to do, in the order that helps most. */
export function FirstRun({ hasStorage }: { hasStorage: boolean }) {
  return (
    <div className={css.welcome}>
      <p>{hasStorage ? 'This laboratory has no samples yet.' : 'This laboratory is empty.'} Three steps make it yours; each takes a minute.</p>
      <ol className={css.steps}>
        <Step title="Make a place for tubes" detail="A freezer, a rack in it, and a box with places A1, A2 and so on." done={hasStorage}>
          <Button renderRoot={(props) => <Link to="/storage" {...props} />}>Add storage</Button>
        </Step>
        <Step title="Bring in samples" detail="Drop a submission sheet (CSV, XLSX or an Illumina sample sheet), or register one by hand.">
          <span className="row">
            <Button renderRoot={(props) => <Link to="/imports" {...props} />}>Import a sheet</Button>
            <Button variant="default" renderRoot={(props) => <Link to="/samples" search={{ register: true }} {...props} />}>Register one</Button>
          </span>
        </Step>
        <Step title="Put the tubes away" detail="With the scanner in hand: box, tube, next tube.">
          <Button variant="default" renderRoot={(props) => <Link to="/scan" {...props} />}>Open the scan station</Button>
        </Step>
      </ol>
    </div>
  )
}

function Step({ title, detail, done, children }: { title: string; detail: string; done?: boolean; children: ReactNode }) {
  return (
    <li>
      <div>
        <h3>{title}</h3>
        <p>{detail}</p>
      </div>
      {done ? <StateBadge state="completed" /> : children}
    </li>
  )
}
