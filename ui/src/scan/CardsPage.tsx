import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Page } from '~/shared/Page'
import { allCards } from './cards'
import { code39 } from './code39'
import css from './Scan.module.css'

export default function CardsPage() {
  return (
    <Page title="Command cards" trail={[<Link to="/scan">Scan station</Link>]} actions={<Button className="no-print" onClick={() => window.print()}>Print</Button>}>
      <p className="soft no-print">Print this page once and hang it beside the scanner: a scanned card does what the button does.</p>
      <div className={css.cards}>
        {allCards.map((card) => {
          const { bars, width } = code39(card.text)
          return (
            <section key={card.text} className={css.card} aria-label={card.label}>
              <h2>{card.label}</h2>
              <p>{card.hint}</p>
              <svg viewBox={`0 0 ${width} 40`} preserveAspectRatio="none" role="img" aria-label={`Barcode ${card.text}`}>
                {bars.map(([from, size]) => <rect key={from} x={from} width={size} height={40} fill="#000" />)}
              </svg>
              <span className="mono">{card.text}</span>
            </section>
          )
        })}
      </div>
    </Page>
  )
}
