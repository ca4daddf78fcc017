import { answer, handle } from '@rollcall/service-kit/call-context';
import { livez } from '@rollcall/types/routes/gateway';

export const handleLivez = () => handle(livez, async () => answer(200, { status: 'ok' }));
