# Every text that a person reads, in English. Keys are grouped by page; `error-` phrases are stable, so that people
# and scripts can find them.

page-title = { $title } – { $host }
served-by = Sign-in service of { $host }

## Fields that several pages share

field-username = Username
field-password = Password
reveal-show = Show
reveal-show-label = Show password
reveal-hide = Hide
reveal-hide-label = Hide password

## Signing in

login-title = Sign in
login-client = to go on to { $client }
login-submit = Sign in
login-cancel = Cancel
login-wrong = The username or password is not right.
login-missing = Type your username and your password.
login-delayed = { $seconds ->
    [one] Too many tries. Wait one second, then try again.
   *[other] Too many tries. Wait { $seconds } seconds, then try again.
  }
login-busy = Many people are signing in just now. Wait a moment, then try again.

## Choosing an account

select-account-title = Choose an account
select-account-continue = Continue as { $name }
select-account-username = Signed in with the username { $username }

## Consent

consent-title = Allow access?
consent-client = { $client } asks for your permission to:
consent-publisher = This application describes itself at { $host }. Nobody here has checked who it is.
consent-scope-openid = Know who you are
consent-scope-profile = See your profile, such as your name, username and date of birth
consent-scope-email = See your email address
consent-scope-address = See your postal address
consent-scope-phone = See your telephone number
consent-scope-offline_access = Stay signed in for you while you are away
consent-scope-roles = See your roles
consent-scope-groups = See the groups that you belong to
consent-scope-other = Use the permission “{ $scope }”
consent-claim-name = See your full name
consent-claim-family_name = See your family name
consent-claim-given_name = See your given name
consent-claim-middle_name = See your middle name
consent-claim-nickname = See your nickname
consent-claim-preferred_username = See your username
consent-claim-profile = See the address of your profile page
consent-claim-picture = See your picture
consent-claim-website = See the address of your website
consent-claim-gender = See your gender
consent-claim-birthdate = See your date of birth
consent-claim-zoneinfo = See your time zone
consent-claim-locale = See your language
consent-claim-updated_at = See when your profile was last changed
consent-detail = Do what it calls “{ $type }”
consent-resource = Use this access at { $resource }
consent-account = You are signed in as { $name }.
consent-switch = Use another account
consent-return = Either way you go back to { $host }.
consent-loopback = Your answer goes to a program on this device. Allow it only if you have just started that program yourself.
consent-site = About this application ({ $host })
consent-policy = Its privacy policy ({ $host })
consent-terms = Its terms of use ({ $host })
consent-allow = Allow
consent-deny = Cancel

## Before leaving for a site that nobody here knows

leaving-title = Go on to another site?
leaving-refused = { $client } asked for something that cannot be done here.
leaving-cancelled = You did not sign in for { $client }.
leaving-signed-out = You are signed out. { $client } asks you to come back.
leaving-host = The next page is at { $host }. Nobody here has checked that site. Go on only if you know it, and never type your password for this server there.
leaving-go-on = Go on to { $host }
leaving-stay = Stay here

## Back to the application

form-post-title = Almost there
form-post-text = You are being sent back to { $host }. If nothing happens, press the button.
form-post-submit = Go on

## Devices

device-code-title = Connect a device
device-code-intro = Your device shows a code. Type it here.
device-code-field = Code
device-code-hint = Eight letters, such as BCDF-GHJK. Capital or small letters make no difference.
device-code-submit = Continue
device-code-wrong = No device waits for this code. Look at the device again: codes end after a few minutes.
device-code-too-often = Too many codes were not right. Wait a few minutes, then ask the device for a new code.
device-confirm-title = Is this your device?
device-confirm-question = Go on only if your device, in front of you, shows this code:
device-confirm-client = { $client } runs on it, and asks for your permission to:
device-confirm-warning = If somebody sent you this code or a link to this page, cancel.
device-confirm-allow = Yes, allow
device-confirm-deny = Cancel
device-allowed-title = Your device is connected
device-allowed-text = You can close this page and go back to the device. It goes on by itself in a few seconds.
device-denied-title = Nothing was allowed
device-denied-text = The device gets no access. You can close this page.

## Signing out

logout-title = Sign out?
logout-text = You are signed in as { $name }.
logout-client = { $client } asks to sign you out. Every application that you opened with this sign-in is left too.
logout-unknown-host = Afterwards you go on to { $host }. Nobody here has checked that site: never type your password for this server there.
logout-submit = Sign out
logout-stay = Stay signed in
signing-out-title = Signing out
signing-out-text = Your applications are being told. This takes a moment.
signing-out-go-on = Go on
signing-out-frame = Tells an application that you signed out
check-session-title = Session
signed-out-title = You are signed out
signed-out-text = This browser is no longer signed in here. Applications may stay open until you leave them too.
signed-out-again = Sign in again

## The start page

index-title = Sign-in service
index-intro = People sign in here once. Applications and services get their tokens from this server.
index-signed-in = You are signed in as { $name }.
index-signed-out = Nobody is signed in with this browser.
index-sign-in = Sign in
index-sign-out = Sign out
index-services = For services
index-issuer = Issuer
index-openid = OpenID Connect discovery
index-oauth = OAuth 2.0 metadata
index-jwks = Public keys (JWKS)

## The first administrator

setup-title = Set up this server
setup-intro = Choose the username and password of the first administrator. This link works once.
setup-password-hint = { $length ->
   *[other] At least { $length } characters. A few words that you can remember are best.
  }
setup-submit = Create account
setup-username-unusable = This username cannot be used. Letters, digits, dots, hyphens and underscores are fine.
setup-username-taken = This username is taken. Choose another.
setup-password-short = This password is too short.
setup-password-long = This password is too long.
setup-password-unusable = This password holds a character that cannot be used.
setup-password-common = This password is among the first that are guessed. Choose several unrelated words.
setup-password-username = The password is the username. Choose something else.
setup-busy = The server is too busy just now. Wait a moment, then try again.

## Errors: a title and what to do, one pair a cause

error-request-id = Request { $id }
error-detail = For developers: { $detail }
error-bad-request = The request cannot be read
error-bad-request-help = Go back to the application and start again.
error-not-found = There is no such page
error-not-found-help = Check the address, or go back to the application that you came from.
error-method-not-allowed = This address does not take such a request
error-method-not-allowed-help = Go back to the application and start again.
error-too-large = The request is too large
error-too-large-help = Go back to the application and start again.
error-too-slow = The request came too slowly
error-too-slow-help = Look at the connection, then try again.
error-encoded = The request came encoded
error-encoded-help = Go back to the application and start again. Its developer must send forms without Content-Encoding.
error-too-many = Too many requests came from this network
error-too-many-help = Wait a minute, then go back to the application and start again.
error-cross-site = The request came from another site
error-cross-site-help = For your safety it was not carried out. Go back to the application and start again.
error-cookies-missing = Your browser did not send its cookies
error-cookies-missing-help = Allow cookies for this site, then go back to the application and start again.
error-form-expired = This page is no longer valid
error-form-expired-help = It was open for too long, or in another browser. Go back to the application and start again.
error-interaction = This sign-in cannot go on
error-interaction-help = It has expired, is already finished, or was begun in another browser. Go back to the application and start again.
error-client-unknown = This application is not known here
error-client-unknown-help = The link that brought you here is wrong. Tell the people who run the application.
error-redirect-uri = The application’s return address is not registered
error-redirect-uri-help = The link that brought you here is wrong. Tell the people who run the application.
error-authorization-request = The application’s request is not valid
error-authorization-request-help = The link that brought you here is wrong. Tell the people who run the application.
error-setup-link = This set-up link does not work
error-setup-link-help = It was used already, or is too old. Where nobody has an account yet, a new start of the server prints a new one; otherwise sign in.
error-server = Something went wrong on our side
error-server-help = Try again in a moment. If it happens again, pass on the request number below.
error-unavailable = The server is too busy just now
error-unavailable-help = Wait a moment, then try again.
