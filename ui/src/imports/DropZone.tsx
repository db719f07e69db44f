import { Button, FileButton } from '@mantine/core'
import { useEffect, useState } from 'react'
import css from './DropZone.module.css'

const accepted = '.csv,.tsv,.txt,.xlsx,text/csv,text/plain,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Takes a file by drop, by choice or by paste; pasted cells become a small file of their own. */
export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (event.target instanceof Element && event.target.closest('input, textarea')) return
      const file = event.clipboardData?.files[0]
      const text = event.clipboardData?.getData('text/plain')
      if (file) onFile(file)
      else if (text?.includes('\n')) onFile(new File([text], 'pasted.csv', { type: 'text/csv' }))
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  }, [onFile])
  return (
    <div
      className={css.zone}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer.files[0]
        if (file) onFile(file)
      }}
    >
      <strong>Drop a sheet here, or paste its cells</strong>
      <p>CSV, XLSX, or an Illumina sample sheet. You see first how it was understood; nothing is saved before you say so.</p>
      <FileButton onChange={(file) => file && onFile(file)} accept={accepted} inputProps={{ 'aria-label': 'Choose a sheet' }}>
        {(props) => <Button {...props} mt="xs">Choose a file</Button>}
      </FileButton>
    </div>
  )
}
