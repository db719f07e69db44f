import { useEffect, useRef, type ReactNode } from 'react'
import css from './Page.module.css'

let arrived = false

interface Props {
  title: ReactNode
  /** For the window's title, where `title` is more than words. */
  name?: string
  trail?: ReactNode[]
  under?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A page's head and body. The heading takes the focus on arrival, so that a screen reader reads it. */
export function Page({ title, name, trail, under, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  const words = name ?? (typeof title === 'string' ? title : '')
  useEffect(() => {
    if (words) document.title = `${words} · TracSeq`
  }, [words])
  useEffect(() => {
    if (!arrived) {
      // The browser's own start of the page, so that the first Tab meets the skip link.
      arrived = true
      return
    }
    const elsewhere = document.activeElement && document.activeElement !== document.body
    if (!elsewhere) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <>
      <div className={css.head}>
        <div className={css.titles}>
          {trail && trail.length > 0 && (
            <ol className={css.trail} aria-label="Where this is">
              {trail.map((step, index) => (
                <li key={index}>{step}</li>
              ))}
            </ol>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {under && <div className={css.under}>{under}</div>}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </div>
      {children}
    </>
  )
}
