import { later } from '../later'

// Forms weigh as much as a page: they are fetched once the page is seen.
export const FormDialog = later(() => import('./FormDialogBody'))
