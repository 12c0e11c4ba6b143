"""Files that are imported."""

from __future__ import annotations

#: Get-CsUser | Select ... | Export-Csv
SHELL = (
    "#TYPE Selected.Microsoft.Rtc.Management.ADConnect.Schema.OCSADUser\r\n"
    '"SipAddress","DisplayName","RegistrarPool","ExternalAccessPolicy"\r\n'
    '"sip:Alice@contoso.com","Alice Élan","POOL.contoso.com","Tag:Sales"\r\n'
    '"sip:bob@contoso.com","Bob","pool.contoso.com",\r\n'
)
