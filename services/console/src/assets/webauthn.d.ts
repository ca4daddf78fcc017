/** What `/assets/webauthn.js` leaves behind on pages that load it. */
declare const SimpleWebAuthnBrowser: typeof import('@simplewebauthn/browser');
